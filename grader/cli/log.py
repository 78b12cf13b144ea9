"""Faults of the grader itself are logged with their traceback; only ``--debug`` or ``GRADER_DEBUG`` prints it."""

import logging

from grader.text import plain

LOG = logging.getLogger("grader")
LOG.addHandler(logging.NullHandler())  # without a handler, Python itself would print the traceback
ENVIRONMENT = "GRADER_DEBUG"
LONGEST = 100_000  # characters of one entry


class PlainFormatter(logging.Formatter):
    """Escapes control characters: a traceback may quote what a submission wrote."""

    def format(self, record: logging.LogRecord) -> str:
        """The entry with its traceback."""
        return plain(super().format(record), LONGEST)


def show() -> None:
    """Prints the log to standard error from now on."""
    hide()
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(levelname)s: %(message)s"))
    LOG.addHandler(handler)


def hide() -> None:
    """Stops printing the log."""
    for handler in LOG.handlers[:]:
        if type(handler) is logging.StreamHandler:  # a file's handler is a subclass, and stays
            LOG.removeHandler(handler)
