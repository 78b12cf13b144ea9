"""Another user: a submission never runs as root."""

import os

from grader.isolation._libc import LINUX
from grader.isolation.jail import Jail

NAME = "user id"
NOBODY = 65534


def available() -> str:
    """Only root can become somebody else."""
    if not LINUX:
        return "only on Linux"
    return "" if os.geteuid() == 0 else "only root can become another user; run the grader as a user of its own"


def apply(jail: Jail, /) -> None:  # noqa: ARG001 - the interface
    """Becomes nobody, of no group."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
