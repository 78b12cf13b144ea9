"""How far a long command is, and how long it will still take: on standard error, for whoever waits."""

import sys
import time
from collections.abc import Callable
from typing import Self, TextIO

from grader import console

EVERY = 2.0  # seconds between two lines on a terminal
EVERY_IN_A_FILE = 30.0


class Progress:
    """One line that is written over, on a terminal; a line now and then, in a file."""

    def __init__(self, what: str, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Begins now.

        Args:
          what: is under way.
          stream: where it is told; standard error by default.
          clock: seconds.
        """
        self._what, self._stream, self._clock = what, stream or sys.stderr, clock
        self._began = self._told = clock()
        self._over = self._stream.isatty()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leaves no half line behind."""
        self.clear()

    def at(self, share: float, doing: str = "") -> None:
        """Tells it, unless it was told just now.

        Args:
          share: of the work that is done, from 0 to 1; a terminal is told at once of a share of 0.
          doing: what is done just now, in place of the share: "program 3 of 24".
        """
        if (took := self._due(at_once=not share)) is not None:
            left = f", some {_duration(took * (1 - share) / share)} to go" if share else ""
            self._tell(f"{doing or f'{share:.0%}'}{left}")

    def of(self, done: int, total: int) -> None:
        """The same for work in pieces, with its rate.

        Args:
          done: how many pieces are, at least one.
          total: how many there are.
        """
        if (took := self._due()) is not None:
            left = _duration(took * (total - done) / done)
            rate = f"{60 * done / took:.0f} a minute, " if took else ""
            self._tell(f"{done} of {total}, {rate}some {left} to go")

    def write(self, text: str) -> None:
        """Writes to standard output, out of the line's way."""
        self.clear()
        console.write(text)

    def clear(self) -> None:
        """Takes the line away until the next one."""
        if self._over:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _due(self, *, at_once: bool = False) -> float | None:
        """Seconds since the beginning, if something is to be told now; a terminal may be told at once."""
        now = self._clock()
        soon = now - self._told < (EVERY if self._over else EVERY_IN_A_FILE)
        if soon and not (at_once and self._over):
            return None
        self._told = now
        return now - self._began

    def _tell(self, how_far: str) -> None:
        line = f"{self._what}: {how_far}"
        self._stream.write(f"\r{line}\x1b[K" if self._over else f"{line}\n")
        self._stream.flush()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - where minutes read better
