"""No program that a worker could start gives it more rights than it has."""

from grader.isolation._libc import LINUX, prctl
from grader.isolation.jail import Jail

NAME = "no new privileges"
_SET_NO_NEW_PRIVS = 38


def available() -> str:
    """Linux has it."""
    return "" if LINUX else "only on Linux"


def apply(jail: Jail, /) -> None:  # noqa: ARG001 - the interface
    """Also what Landlock and seccomp ask for before an ordinary user may use them."""
    prctl(_SET_NO_NEW_PRIVS, 1)
