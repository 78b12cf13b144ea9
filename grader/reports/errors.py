"""What a format cannot say."""


class FormatError(Exception):
    """A format cannot be written here; the message is plain, says why and names a way out."""
