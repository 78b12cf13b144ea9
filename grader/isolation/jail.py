"""What the layers are told, and what each of them offers."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Jail:
    """One worker's jail.

    Attributes:
      parent: the process whose end is to end the worker.
      without: names of layers that are to be left out: for tests, and to try what the others are worth alone.
      memory: bytes of data that the worker may allocate beyond what it begins with.
      seconds: of processor time, all threads together; the judge's wall clock is much tighter.
    """

    parent: int
    without: frozenset[str] = frozenset()
    memory: int = 2 << 30
    seconds: int = 600


class Layer(Protocol):
    """One layer of the wall: a module with these three names."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of the module
        """What reports call it."""
        ...

    def available(self) -> str:
        """Why this host lacks it; empty where it is there."""
        ...

    def apply(self, jail: Jail, /) -> None:
        """Puts it around this process, for good.

        Raises:
          OSError: if the kernel refuses after all.
        """
        ...
