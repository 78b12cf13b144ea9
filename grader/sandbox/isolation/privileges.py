"""A program that a worker starts never has more rights than the worker."""

from grader.sandbox.isolation._libc import LINUX, prctl
from grader.sandbox.isolation.jail import Jail

NAME = "no new privileges"
_SET_NO_NEW_PRIVS = 38


def available() -> str:
    """Linux has it."""
    return "" if LINUX else "only on Linux"


def apply(jail: Jail, /) -> None:
    """Also required by Landlock and seccomp for ordinary users."""
    prctl(_SET_NO_NEW_PRIVS, 1)
