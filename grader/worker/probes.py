"""What a canary tries before the first submission: each probe does one thing that the sandbox must stop.

A probe returns if it got through and raises OSError if it was stopped. Any other exception is a fault of the grader and
counts as getting through: what could not be tried is not known to be closed.
"""

import ctypes
import errno
import mmap
import os
import platform
import resource
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_PTRACE_ATTACH, _PTRACE_DETACH, _WALL = 16, 17, 0x40000000
_NEWFSTATAT, _AT_EMPTY_PATH = 262, 0x1000  # on x86-64


def read_file(targets: Mapping[str, Any]) -> None:
    """Reads a file of the user."""
    Path(targets["file"]).read_bytes()


def read_solution(targets: Mapping[str, Any]) -> None:
    """Reads an exercise's solution, which lies among the installed packages."""
    Path(targets["solution"]).read_bytes()


def write_file(targets: Mapping[str, Any]) -> None:
    """Creates a file in a folder of the user."""
    Path(targets["folder"], "written").touch()


def tcp(targets: Mapping[str, Any]) -> None:
    """Connects to a port of this machine."""
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", targets["tcp"]))


def udp(targets: Mapping[str, Any]) -> None:
    """Sends a packet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.sendto(b"canary", ("127.0.0.1", targets["udp"]))


def unix_socket(targets: Mapping[str, Any]) -> None:
    """Connects to a service of this machine."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(targets["unix"])


def fork(targets: Mapping[str, Any]) -> None:
    """Starts a process."""
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def run_program(targets: Mapping[str, Any]) -> None:
    """Runs a program in a process of its own, or in place of this one if no process can be started."""
    try:
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    except OSError:
        _refused_for_its_content(targets["program"])


def _refused_for_its_content(program: str) -> None:
    """Returns if the file did not run only because its content is not a program."""
    try:
        os.execv(program, [program])
    except OSError as error:
        if error.errno != errno.ENOEXEC:
            raise


def signal_process(targets: Mapping[str, Any]) -> None:
    """Asks whether the grader's own process could be sent a signal."""
    os.kill(targets["pid"], 0)


def ptrace(targets: Mapping[str, Any]) -> None:
    """Attaches to the grader's own process as a debugger."""
    library = ctypes.CDLL(None, use_errno=True)
    pid = targets["pid"]
    if library.ptrace(_PTRACE_ATTACH, pid, None, None):
        raise OSError(ctypes.get_errno(), "ptrace")
    os.waitpid(pid, _WALL)  # only a process that has stopped can be detached; otherwise it would stay stopped
    library.ptrace(_PTRACE_DETACH, pid, None, None)


def limit_process(targets: Mapping[str, Any]) -> None:
    """Sets a limit of the grader's own process to its present value."""
    core = resource.prlimit(targets["pid"], resource.RLIMIT_CORE)
    resource.prlimit(targets["pid"], resource.RLIMIT_CORE, core)


def look_at_file(targets: Mapping[str, Any]) -> None:
    """Looks up a file's size by the system call itself."""
    if platform.machine() != "x86_64":
        Path(targets["file"]).stat()
        return
    buffer = ctypes.create_string_buffer(256)
    library = ctypes.CDLL(None, use_errno=True)
    if library.syscall(_NEWFSTATAT, -100, targets["file"].encode(), buffer, _AT_EMPTY_PATH):
        raise OSError(ctypes.get_errno(), "newfstatat")


def memory(targets: Mapping[str, Any]) -> None:
    """Asks for more memory than any exercise needs, without touching it."""
    mmap.mmap(-1, 16 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()


PROBES: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "read files": read_file,
    "read solutions": read_solution,
    "write files": write_file,
    "connect by TCP": tcp,
    "send UDP packets": udp,
    "connect to unix sockets": unix_socket,
    "start processes": fork,
    "run programs": run_program,
    "signal other processes": signal_process,
    "trace other processes": ptrace,
    "limit other processes": limit_process,
    "look at files": look_at_file,
    "take memory without limit": memory,
}


def probed(targets: Mapping[str, Any]) -> dict[str, bool]:
    """Tries every probe; returns name -> whether it got through."""
    return {name: _got_through(probe, targets) for name, probe in PROBES.items()}


def _got_through(probe: Callable[[Mapping[str, Any]], None], targets: Mapping[str, Any]) -> bool:
    try:
        probe(targets)
    except OSError:
        return False
    except Exception:  # what could not be tried is not known to be closed
        return True
    return True
