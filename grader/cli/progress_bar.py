"""How far a long command is and how long it will take, on standard error."""

import sys
import time
from collections.abc import Callable
from typing import Self, TextIO

from grader.cli import console

EVERY = 2.0  # seconds between two lines on a terminal
EVERY_IN_A_FILE = 30.0


class Progress:
    """On a terminal, one line that is overwritten; in a file, a line now and then."""

    def __init__(self, what: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Starts the clock.

        Args:
          what: The work, as in "grading moments".
          stream: Where to write; standard error by default.
          clock: The time in seconds.
        """
        self._what, self._stream, self._clock = what, stream or sys.stderr, clock
        self._start = self._last = clock()
        self._overwrite = self._stream.isatty()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clears the line."""
        self.clear()

    def at(self, share: float, doing: str = "") -> None:
        """Shows the progress, unless a line was written a moment ago.

        Args:
          share: The share of the work that is done, from 0 to 1; a terminal shows a share of 0 at once.
          doing: The current step, shown instead of the share, as in "program 3 of 24".
        """
        if (took := self._due(at_once=not share)) is not None:
            left = f", about {_duration(took * (1 - share) / share)} left" if share else ""
            self._show(f"{doing or f'{share:.0%}'}{left}")

    def of(self, done: int, total: int) -> None:
        """Shows the progress of work in pieces, with its rate.

        Args:
          done: How many pieces are done, at least one.
          total: How many pieces there are.
        """
        if (took := self._due()) is not None:
            left = _duration(took * (total - done) / done)
            rate = f"{60 * done / took:.0f} a minute, " if took else ""
            self._show(f"{done} of {total}, {rate}about {left} left")

    def write(self, text: str) -> None:
        """Writes to standard output, clear of the progress line."""
        self.clear()
        console.write(text)

    def clear(self) -> None:
        """Removes the line until the next one."""
        if self._overwrite:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _due(self, *, at_once: bool = False) -> float | None:
        """Seconds since the start, if a line is due now; a terminal may get one at once."""
        now = self._clock()
        soon = now - self._last < (EVERY if self._overwrite else EVERY_IN_A_FILE)
        if soon and not (at_once and self._overwrite):
            return None
        self._last = now
        return now - self._start

    def _show(self, how_far: str) -> None:
        line = f"{self._what}: {how_far}"
        self._stream.write(f"\r{line}\x1b[K" if self._overwrite else f"{line}\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"  # where minutes read better
