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
        now = self._clock()
        if now - self._told < (EVERY if self._over else EVERY_IN_A_FILE) and (share or not self._over):
            return
        self._told = now
        left = f", some {_duration((now - self._began) * (1 - share) / share)} to go" if share else ""
        line = f"{self._what}: {doing or f'{share:.0%}'}{left}"
        self._stream.write(f"\r{line}\x1b[K" if self._over else f"{line}\n")
        self._stream.flush()

    def write(self, text: str) -> None:
        """Writes to standard output, out of the line's way."""
        self.clear()
        console.write(text)

    def clear(self) -> None:
        """Makes room for what is written by other means."""
        if self._over:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - where minutes read better
