"""seccomp: a short list of system calls remains, and none of them names a file.

The last layer, applied to all threads at once when everything that is needed has been read. No file can be opened,
inspected or listed, so solutions and the grader's own source are closed even without Landlock. A call that is not on
the list fails with EPERM; a call that names a file fails with ENOENT, as imports expect. Calls that take the number of
a process answer for the caller only.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterable

from grader.sandbox.isolation._libc import LINUX, X86_64, syscall
from grader.sandbox.isolation.jail import Jail

NAME = "seccomp"

# x86-64 numbers. What JAX, its threads and its allocator call once they have started.
ALLOWED = {
    "read": 0,
    "write": 1,
    "close": 3,
    "fstat": 5,
    "poll": 7,
    "lseek": 8,
    "mprotect": 10,
    "munmap": 11,
    "brk": 12,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "pread64": 17,
    "readv": 19,
    "writev": 20,
    "sched_yield": 24,
    "mremap": 25,
    "madvise": 28,
    "dup": 32,
    "nanosleep": 35,
    "getitimer": 36,
    "setitimer": 38,
    "getpid": 39,
    "exit": 60,
    "uname": 63,
    "getcwd": 79,
    "gettimeofday": 96,
    "getrlimit": 97,
    "getrusage": 98,
    "sysinfo": 99,
    "times": 100,
    "getuid": 102,
    "getgid": 104,
    "geteuid": 107,
    "getegid": 108,
    "getppid": 110,
    "sigaltstack": 131,
    "arch_prctl": 158,
    "gettid": 186,
    "restart_syscall": 219,  # resumes a call that a pause has interrupted
    "set_tid_address": 218,
    "exit_group": 231,
    "get_mempolicy": 239,
    "ppoll": 271,
    "set_robust_list": 273,
    "epoll_wait": 232,
    "epoll_ctl": 233,
    "eventfd2": 290,
    "epoll_create1": 291,
    "pipe2": 293,
    "getcpu": 309,
    "getrandom": 318,
    "membarrier": 324,
    "rseq": 334,
    "futex_waitv": 449,
}
NO_SUCH_FILE = {
    "open": 2,
    "stat": 4,
    "lstat": 6,
    "access": 21,
    "readlink": 89,
    "getdents64": 217,
    "openat": 257,
    "readlinkat": 267,
    "newfstatat": 262,
    "faccessat": 269,
    "statx": 332,
    "openat2": 437,
    "faccessat2": 439,
}
# Allowed with some arguments only.
_MMAP, _IOCTL, _CLONE, _FCNTL, _PRCTL, _TGKILL, _PRLIMIT, _CLONE3 = 9, 16, 56, 72, 157, 234, 302, 435
_FUTEX = 202
# These take the number of any process, and answer or refuse by whether it exists.
_SCHED_GETPARAM, _SCHED_GETSCHEDULER, _SCHED_GETAFFINITY = 143, 145, 204
_CLOCKS = (228, 229, 230)  # clock_gettime, clock_getres, clock_nanosleep
_CLOCK_OF_ANOTHER = 0x80000000  # a negative clock id holds the number of a process, or a descriptor
# WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET. The others lend a priority to the process whose
# number stands in memory.
_FUTEX_OPERATIONS, _FUTEX_FLAGS = (0, 1, 3, 4, 5, 9, 10), 0x180
_TERMINAL_QUESTIONS = (0x5401, 0x5450, 0x5451, 0x5421)  # TCGETS, FIONCLEX, FIOCLEX, FIONBIO
_DESCRIPTOR_FLAGS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
_THREAD_NAMES = (15, 16)  # PR_SET_NAME, PR_GET_NAME
_THREAD = 0x10F00  # CLONE_VM, _FS, _FILES, _SIGHAND, _THREAD: a thread shares them all
_NAMESPACES = 0x7E020000  # CLONE_NEW*
# Shared memory that is no longer mapped shows in nobody's resident memory; a stack that grows counts towards no limit.
_MAP_SHARED, _MAP_GROWSDOWN = 0x1, 0x100

_SECCOMP, _SET_MODE_FILTER, _TSYNC = 317, 1, 1
_ARCHITECTURE, _X32 = 0xC000003E, 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000


def available() -> str:
    """Only on x86-64 Linux, whose system call numbers the tables hold."""
    if not LINUX:
        return "only on Linux"
    if not X86_64:
        return "its table of system calls covers x86-64 only"
    try:
        syscall(_SECCOMP, _SET_MODE_FILTER, 0, None)
    except OSError as error:
        return "" if error.errno == errno.EFAULT else "this kernel has no seccomp filters"
    return "this kernel answers to seccomp in an unknown way"


def apply(jail: Jail, /) -> None:
    """Filters every thread of this process, including those of JAX.

    Raises:
      OSError: if the kernel refuses, or a thread could not be brought under the filter.
    """
    instructions = list(program(os.getpid()))
    code = ctypes.create_string_buffer(b"".join(instructions))
    header = struct.pack("=HxxxxxxQ", len(instructions), ctypes.addressof(code))
    thread = syscall(_SECCOMP, _SET_MODE_FILTER, _TSYNC, header)
    if thread:
        raise OSError(errno.ESRCH, f"thread {thread} could not be brought under the filter")


def program(pid: int) -> Iterable[bytes]:
    """The filter as instructions."""
    deny, missing = _ERRNO | errno.EPERM, _ERRNO | errno.ENOENT
    yield _step(_LOAD, 4)
    yield _step(_EQUAL, _ARCHITECTURE, 1, 0)
    yield _step(_RETURN, _KILL)
    yield _step(_LOAD, 0)
    yield _step(_AT_LEAST, _X32, 0, 1)
    yield _step(_RETURN, _KILL)
    yield from _when(
        _CLONE3, [_step(_RETURN, _ERRNO | errno.ENOSYS)]
    )  # glibc then calls clone, whose flags can be read
    a_thread = [_step(_AND, _THREAD | _NAMESPACES), _step(_EQUAL, _THREAD, 0, 1), _step(_RETURN, _ALLOW)]
    yield from _when(_CLONE, _argument(0, a_thread, deny))
    unseen = _MAP_SHARED | _MAP_GROWSDOWN
    yield from _when(_MMAP, _argument(3, [_step(_ANY_BIT, unseen, 1, 0), _step(_RETURN, _ALLOW)], deny))
    yield from _when(_IOCTL, _one_of(1, _TERMINAL_QUESTIONS, deny))
    yield from _when(_FCNTL, _one_of(1, _DESCRIPTOR_FLAGS, deny))
    yield from _when(_PRCTL, _one_of(0, _THREAD_NAMES, deny))
    yield from _when(_TGKILL, _one_of(0, (pid,), deny))
    yield from _when(_PRLIMIT, [*_own(pid, deny), *_no_pointer(2, deny)])  # reading one's own limit, not setting one
    for number in (_SCHED_GETPARAM, _SCHED_GETSCHEDULER):
        yield from _when(number, [*_own(pid, deny), _step(_RETURN, _ALLOW)])
    # glibc asks for a thread by its number, which a filter cannot know, and does without the answer after ENOSYS alone.
    yield from _when(_SCHED_GETAFFINITY, [*_own(pid, _ERRNO | errno.ENOSYS), _step(_RETURN, _ALLOW)])
    for number in _CLOCKS:
        a_clock = [_step(_AT_LEAST, _CLOCK_OF_ANOTHER, 1, 0), _step(_RETURN, _ALLOW)]
        yield from _when(number, _argument(0, a_clock, deny))
    yield from _when(_FUTEX, _one_of(1, _FUTEX_OPERATIONS, deny, but=_FUTEX_FLAGS))
    for number in NO_SUCH_FILE.values():
        yield from _when(number, [_step(_RETURN, missing)])
    for number in ALLOWED.values():
        yield from _when(number, [_step(_RETURN, _ALLOW)])
    yield _step(_RETURN, deny)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _when(number: int, body: list[bytes]) -> list[bytes]:
    """The body for one system call; every way through a body must return."""
    return [_step(_EQUAL, number, 0, len(body)), *body]


def _argument(index: int, test: list[bytes], otherwise: int) -> list[bytes]:
    """Loads the low half of an argument, tests it, and returns what is given where the test has not returned."""
    return [_step(_LOAD, 16 + 8 * index), *test, _step(_RETURN, otherwise)]


def _one_of(index: int, values: Iterable[int], otherwise: int, *, but: int = 0) -> list[bytes]:
    """Allows some values of an argument, whatever its bits of ``but`` are."""
    test = [s for v in values for s in _when(v, [_step(_RETURN, _ALLOW)])]
    return _argument(index, [*([_step(_AND, 0xFFFFFFFF ^ but)] if but else []), *test], otherwise)


def _own(pid: int, otherwise: int) -> list[bytes]:
    """Goes on where the first argument, a process's number, is 0 or the caller's own; the kernel reads its low half."""
    return [_step(_LOAD, 16), _step(_EQUAL, 0, 2, 0), _step(_EQUAL, pid, 1, 0), _step(_RETURN, otherwise)]


def _no_pointer(index: int, otherwise: int) -> list[bytes]:
    """Allows a null pointer, both halves of it."""
    low, high = 16 + 8 * index, 20 + 8 * index
    return [
        _step(_LOAD, low),
        _step(_EQUAL, 0, 0, 3),
        _step(_LOAD, high),
        _step(_EQUAL, 0, 0, 1),
        _step(_RETURN, _ALLOW),
        _step(_RETURN, otherwise),
    ]
