"""The log of the grader's own faults while it grades a class: OUT/grader.log, each entry with the students concerned.

The grader logs a fault with its traceback to the logger "grader". A class is graded by several threads or on other
machines, where nobody reads a terminal: ``faults_of_this_thread`` collects what is logged while one text is graded, the
entries travel with the verdict, and the coordinator writes them here. The file can quote a submission and a secret
run's values; it is for the teacher, as the gradebook beside it is.
"""

import logging
import os
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from grader.text import plain

NAME = "grader.log"
LOG = logging.getLogger("grader")
LONGEST = 100_000  # characters of one entry
NAMED = 5  # students in an entry's first line


@contextmanager
def faults_of_this_thread() -> Iterator[list[str]]:
    """Collects what this thread logs as an error within: message and traceback, control characters escaped."""
    handler = _Collector(threading.get_ident())
    LOG.addHandler(handler)
    try:
        yield handler.entries
    finally:
        LOG.removeHandler(handler)


class _Collector(logging.Handler):
    def __init__(self, thread: int) -> None:
        super().__init__(logging.ERROR)
        self._thread = thread
        self.entries: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.entries.append(plain(self.format(record), LONGEST))


class FaultLog:
    """Appends entries to the file, which is created with the first one.

    Attributes:
      path: The file.
      students: Those whose grading met a fault since this log was opened.
      problem: Why an entry could not be written; empty if all were.
    """

    def __init__(self, path: Path) -> None:
        """Opens nothing yet."""
        self.path = path
        self.students: set[str] = set()
        self.problem = ""

    def write(self, students: Collection[tuple[str, str]], entries: Sequence[str]) -> None:
        """Appends what was logged while one text was graded.

        Args:
          students: Identifier and file of each student who submitted the text.
          entries: What was logged.
        """
        if not entries:
            return
        self.students |= {student for student, _ in students}
        named = [f"{student} ({file})" if file else student for student, file in students]
        more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
        head = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC  {plain(', '.join(named[:NAMED]), 1000)}{more}"
        try:
            descriptor = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:
                file.writelines(f"{head}\n{entry}\n\n" for entry in entries)
        except OSError as error:  # the class is graded all the same
            self.problem = error.strerror or type(error).__name__
