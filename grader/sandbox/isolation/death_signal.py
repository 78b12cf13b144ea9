"""A worker never outlives the process that watches it."""

import os
import signal

from grader.sandbox.isolation._libc import LINUX, prctl
from grader.sandbox.isolation.jail import Jail

NAME = "parent-death signal"
_SET_PDEATHSIG = 1


def available() -> str:
    """Linux has it."""
    return "" if LINUX else "only on Linux"


def apply(jail: Jail, /) -> None:
    """Asks to be killed with the parent. Applied after the change of user, which clears the request."""
    prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != jail.parent:
        os._exit(1)  # the parent had died before the request
