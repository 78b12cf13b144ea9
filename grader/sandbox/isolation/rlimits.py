"""Limits of the kernel: memory, processor time, files, descriptors."""

import resource
from pathlib import Path

from grader.sandbox.isolation._libc import LINUX
from grader.sandbox.isolation.jail import Jail

NAME = "rlimits"
DESCRIPTORS = 64
ADDRESSES = 32 << 30  # bytes of address space beyond what there is
TASKS = 4096  # processes and threads of this user, whoever started them
GRACE = 5  # seconds between SIGXCPU and SIGKILL


def available() -> str:
    """Linux counts mapped memory towards RLIMIT_DATA; elsewhere the limit means little."""
    return "" if LINUX else "only on Linux"


def apply(jail: Jail, /) -> None:
    """Sets every limit for good: soft and hard alike.

    RLIMIT_DATA, not RLIMIT_AS: JAX reserves address space by the gigabyte and aborts when refused, but takes a refusal
    of data as an error that can be reported. RLIMIT_AS stands far above that, against page tables without end.
    """
    for limit, most in (
        (resource.RLIMIT_DATA, _size("VmData") + jail.memory),
        (resource.RLIMIT_AS, _size("VmSize") + ADDRESSES),
        (resource.RLIMIT_NPROC, TASKS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, DESCRIPTORS),
    ):
        hard = resource.getrlimit(limit)[1]
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (lowest, lowest))
    resource.setrlimit(resource.RLIMIT_CPU, (jail.seconds, jail.seconds + GRACE))


def _size(name: str) -> int:
    """Bytes that this process has already."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) << 10
    return 0
