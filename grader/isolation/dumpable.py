"""No other process of the same user may look into a worker, nor a worker into its like."""

from grader.isolation._libc import LINUX, prctl
from grader.isolation.jail import Jail

NAME = "not dumpable"
_SET_DUMPABLE = 4


def available() -> str:
    """Linux has it."""
    return "" if LINUX else "only on Linux"


def apply(jail: Jail, /) -> None:  # noqa: ARG001 - the interface
    """Closes /proc/PID/mem and ptrace to this user's other processes; no core file either."""
    prctl(_SET_DUMPABLE, 0)
