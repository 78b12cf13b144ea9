"""What a layer is given, and what it provides."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Jail:
    """One worker's jail.

    Attributes:
      parent: the process whose end ends the worker.
      without: names of layers to leave out: for tests, and to see what the others hold alone.
      memory: bytes of data that the worker may allocate beyond those it starts with.
      seconds: of processor time, all threads together; the judge's wall clock is much tighter.
    """

    parent: int
    without: frozenset[str] = frozenset()
    memory: int = 2 << 30
    seconds: int = 600


class Layer(Protocol):
    """One layer of the sandbox: a module with these three names."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a constant of the module
        """Its name in reports."""
        ...

    def available(self) -> str:
        """Why this host lacks it; empty if it is available."""
        ...

    def apply(self, jail: Jail, /) -> None:
        """Applies it to this process, irrevocably.

        Raises:
          OSError: if the kernel refuses after all.
        """
        ...
