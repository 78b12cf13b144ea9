"""Another user: a submission never runs as root."""

import os
from pathlib import Path

from grader.sandbox.isolation._libc import LINUX
from grader.sandbox.isolation.jail import Jail

NAME = "user id"
NOBODY = 65534
_SETUID_SETGID = 1 << 6 | 1 << 7


def available() -> str:
    """Only root can change users."""
    if not LINUX:
        return "only on Linux"
    if os.geteuid() != 0:
        return "only root can become another user; run the grader as a user of its own"
    return "" if _may_change() else "root without the right to change users (CAP_SETUID, CAP_SETGID)"


def _may_change() -> bool:
    """Whether this process may change users, and its namespace has the user nobody."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8", "replace").splitlines())
    effective = int(status["CapEff"], 16)
    mapped = [[int(n) for n in line.split()] for line in Path("/proc/self/uid_map").read_text("ascii").splitlines()]
    return effective & _SETUID_SETGID == _SETUID_SETGID and any(a <= NOBODY < a + n for a, _, n in mapped)


def apply(jail: Jail, /) -> None:
    """Becomes the user nobody, without groups."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
