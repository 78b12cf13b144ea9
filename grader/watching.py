"""Waiting for a file to be saved: by looking at it again and again, so that any editor's way of saving will do."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.report import Report
from grader.submission import NoSuchFileError

EVERY = 0.2  # seconds between two looks
NOTHING: Iterator[object] = iter(())  # to do meanwhile

Seen = tuple[int, ...] | None  # what tells two states of a file apart; None while there is no file


class Saves:
    """The saves of one file. Editors write it anew, replace it, or take it away for a moment."""

    def __init__(
        self,
        path: Path,
        *,
        stat: Callable[[Path], os.stat_result] = os.stat,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Looks at nothing yet.

        Args:
          path: the file; what stands at this path counts, not what once stood there.
          stat: how it is looked at.
          sleep: how time is let pass.
        """
        self._path, self._stat, self._sleep = path, stat, sleep
        self._taken: Seen = None

    def take(self) -> None:
        """Notes the file as it is; to be called before it is read, so that no later save is missed."""
        self._taken = self._look()

    def wait(self, meanwhile: Iterator[object] = NOTHING) -> None:
        """Returns once the file is another than was taken, and is the same at two looks; takes it.

        Args:
          meanwhile: small steps of work, one of which is taken whenever there is nothing else to do.
        """
        last = self._look()
        while True:
            self._sleep(EVERY)
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
    """A report on the file as it is, then one on every save, without end.

    Args:
      saves: of the file.
      grade: reads the file and grades it.
      missed: told why, when a saved file could not be read after all; the next save is then waited for.
      meanwhile: steps of work for the time of waiting.

    Raises:
      NoSuchFileError: if there is no file at the beginning.
    """
    saves.take()
    yield grade()
    while True:
        saves.wait(meanwhile)
        try:
            report = grade()
        except NoSuchFileError as error:  # it has gone again
            missed(str(error))
        else:
            yield report
