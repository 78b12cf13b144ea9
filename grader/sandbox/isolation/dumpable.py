"""No process of the same user may read a worker's memory, not even another worker."""

from grader.sandbox.isolation._libc import LINUX, prctl
from grader.sandbox.isolation.jail import Jail

NAME = "not dumpable"
_SET_DUMPABLE = 4


def available() -> str:
    """Linux has it."""
    return "" if LINUX else "only on Linux"


def apply(jail: Jail, /) -> None:
    """Closes /proc/PID/mem and ptrace to this user's other processes; no core file either."""
    prctl(_SET_DUMPABLE, 0)
