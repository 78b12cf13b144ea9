"""What a canary tries before the first submission: each probe reaches for one thing that a submission must not reach.

A probe returns when it got through and raises OSError when it was stopped. Anything else it raises is a fault of ours
and counts as got through: what could not be tried is not called closed.
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
    """Reads a file of the user's."""
    Path(targets["file"]).read_bytes()


def read_solution(targets: Mapping[str, Any]) -> None:
    """Reads an exercise's solution, which lies among the installed packages."""
    Path(targets["solution"]).read_bytes()


def write_file(targets: Mapping[str, Any]) -> None:
    """Makes a file in a folder of the user's."""
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


def fork(targets: Mapping[str, Any]) -> None:  # noqa: ARG001 - the interface
    """Makes a process."""
    pid = os.fork()
    if not pid:
        os._exit(0)
    os.waitpid(pid, 0)


def run_program(targets: Mapping[str, Any]) -> None:
    """Starts a program: as a process of its own, or in this one's place if no process can be made."""
    try:
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    except OSError:
        _refused_for_its_content(targets["program"])


def _refused_for_its_content(program: str) -> None:
    """Returns if nothing but the file's content, which is no program, kept it from being run."""
    try:
        os.execv(program, [program])  # noqa: S606
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
    os.waitpid(pid, _WALL)  # until it has stopped: what is not stopped cannot be let go, and would stay stopped later
    library.ptrace(_PTRACE_DETACH, pid, None, None)


def limit_process(targets: Mapping[str, Any]) -> None:
    """Sets a limit of the grader's own process, to what it is."""
    core = resource.prlimit(targets["pid"], resource.RLIMIT_CORE)
    resource.prlimit(targets["pid"], resource.RLIMIT_CORE, core)


def look_at_file(targets: Mapping[str, Any]) -> None:
    """Learns of a file's existence and size, by the system call itself."""
    if platform.machine() != "x86_64":
        Path(targets["file"]).stat()
        return
    buffer = ctypes.create_string_buffer(256)
    library = ctypes.CDLL(None, use_errno=True)
    if library.syscall(_NEWFSTATAT, -100, targets["file"].encode(), buffer, _AT_EMPTY_PATH):
        raise OSError(ctypes.get_errno(), "newfstatat")


def memory(targets: Mapping[str, Any]) -> None:  # noqa: ARG001 - the interface
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
    """Tries everything; name of the probe -> whether it got through."""
    return {name: _got_through(probe, targets) for name, probe in PROBES.items()}


def _got_through(probe: Callable[[Mapping[str, Any]], None], targets: Mapping[str, Any]) -> bool:
    try:
        probe(targets)
    except OSError:
        return False
    except Exception:  # noqa: BLE001 - what could not be tried is not called closed
        return True
    return True
