"""System calls that Python does not offer, through ctypes."""

import ctypes
import functools
import os
import platform
import sys

LINUX = sys.platform == "linux"
X86_64 = LINUX and platform.machine() == "x86_64" and sys.maxsize > 1 << 32


@functools.cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *arguments: int) -> int:
    """Sets or asks something of this process: prctl, section 2 of the manual.

    Raises:
      OSError: if the kernel refuses.
    """
    padded = [*arguments, 0, 0, 0, 0][:4]
    return _checked(_library().prctl(option, *(ctypes.c_ulong(a) for a in padded)))


def syscall(number: int, *arguments: int | bytes | None) -> int:
    """Calls the kernel directly; bytes are passed by address and may be written to.

    Raises:
      OSError: if the kernel refuses.
    """
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_library().syscall(ctypes.c_long(number), *given))


def _checked(result: int) -> int:
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
