"""Landlock: files are closed but for what Python and JAX read; no TCP; no signals or abstract sockets out of it.

It restricts the calling thread only: apply it while there is one. https://docs.kernel.org/userspace-api/landlock.html
"""

import os
import site
import struct
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress

from grader.sandbox.isolation._libc import LINUX, syscall
from grader.sandbox.isolation.jail import Jail

NAME = "Landlock"
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every processor
_VERSION = 1
_PATH_BENEATH = 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# Every right on files that a version of the interface knows: all of them are taken away.
_FILE_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
_NET_RIGHTS = 3  # bind and connect TCP, from version 4
_SCOPES = 3  # abstract unix sockets and signals, from version 6
_NET_SINCE, _SCOPES_SINCE = 4, 6
# What XLA and NumPy read while they run. Without /proc/cpuinfo, XNNPACK is silently replaced and last bits change.
_SYSTEM = (
    "/dev/urandom",
    "/dev/null",
    "/sys/devices/system/cpu",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/self",
)


def version() -> int:
    """The version of the interface that the kernel has; 0 without Landlock."""
    if not LINUX:
        return 0
    try:
        return syscall(_CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def available() -> str:
    """Since Linux 5.13, where it is switched on."""
    return "" if version() > 0 else "needs Linux 5.13 or newer with Landlock switched on (lsm=landlock,...)"


def apply(jail: Jail, /) -> None:
    """Leaves only the libraries and a few system files readable."""
    abi = version()
    rights = _FILE_RIGHTS[min(abi, max(_FILE_RIGHTS))]
    fields = [rights, _NET_RIGHTS if abi >= _NET_SINCE else 0, _SCOPES if abi >= _SCOPES_SINCE else 0]
    size = 3 if abi >= _SCOPES_SINCE else 2 if abi >= _NET_SINCE else 1
    attributes = struct.pack(f"={size}Q", *fields[:size])
    ruleset = syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in readable():
            with suppress(OSError):  # missing, or closed to this user: nothing to allow
                _allow(ruleset, path, rights)
        syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def readable() -> Iterator[str]:
    """What stays readable: the standard library, installed packages, and what JAX reads of the system."""
    yield from _SYSTEM
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(name)
    yield from site.getsitepackages()
    yield from (path for path in sys.path if path.endswith(("site-packages", "dist-packages", "lib-dynload")))


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = _READ_FILE | _READ_DIR if os.path.isdir(path) else _READ_FILE
        rule = struct.pack("=Qi", allowed & rights, descriptor)
        syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(descriptor)
