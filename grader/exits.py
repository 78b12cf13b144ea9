"""Exit codes, and the way in which a signal ends a command."""

RIGHT, WRONG, MISUSE, FAILURE, STOPPED = 0, 1, 2, 3, 130


class StoppedError(BaseException):
    """A signal asked the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number
