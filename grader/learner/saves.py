"""Waiting for a file to be saved, by polling, which works with every editor's way of saving."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.report import Report
from grader.submission.reading import NoSuchFileError

INTERVAL = 0.2  # seconds between two looks
NOTHING: Iterator[object] = iter(())

Seen = tuple[int, ...] | None  # what differs between two states of a file; None while there is no file


class Saves:
    """The saves of one file, which editors overwrite, replace, or remove for a moment."""

    def __init__(
        self,
        path: Path,
        *,
        stat: Callable[[Path], os.stat_result] = os.stat,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Does not look at the file yet.

        Args:
          path: The path to watch; a new file at this path counts as a save.
          stat: The function that looks at the file.
          sleep: The function that waits.
        """
        self._path, self._stat, self._sleep = path, stat, sleep
        self._taken: Seen = None

    def take(self) -> None:
        """Remembers the file's state. Call this before reading the file, so that no later save is missed."""
        self._taken = self._look()

    def wait(self, meanwhile: Iterator[object] = NOTHING) -> None:
        """Returns when the file differs from the remembered state and two looks agree; remembers the new state.

        Args:
          meanwhile: Small steps of work; one is done after each look that finds no change.
        """
        last = self._look()
        while True:
            self._sleep(INTERVAL)
            now = self._look()
            if now is not None and now == last and now != self._taken:
                self._taken = now
                return
            if now == last:
                next(meanwhile, None)
            last = now

    def _look(self) -> Seen:
        try:
            found = self._stat(self._path)
        except (OSError, ValueError):
            return None
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def graded_on_save(
    saves: Saves,
    grade: Callable[[], Report],
    missed: Callable[[str], object],
    meanwhile: Iterator[object] = NOTHING,
) -> Iterator[Report]:
    """Yields a report at once, then one on every save, without end.

    Args:
      saves: The saves of the file.
      grade: Reads and grades the file.
      missed: Called with the reason when a saved file cannot be read.
      meanwhile: Small steps of work, done while waiting.

    Raises:
      NoSuchFileError: If there is no file at the start.
    """
    saves.take()
    yield grade()
    while True:
        saves.wait(meanwhile)
        try:
            report = grade()
        except NoSuchFileError as error:  # removed again before it was read
            missed(str(error))
        else:
            yield report
