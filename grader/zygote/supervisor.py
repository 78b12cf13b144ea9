"""Stands between the warm process and a submission: forks it, reports on it, and leaves nothing of it alive.

Whatever a submission starts becomes a child of its supervisor once its own parent is gone, so that there is nowhere to
hide. The leash is a socket to the judge: on it goes what became of the submission, and when the judge lets go of it, on
purpose or by its own death, the submission ends.
"""

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from grader.isolation._libc import prctl

_SET_CHILD_SUBREAPER = 36
PATIENCE = 10.0  # seconds for killing what does not stop forking


def supervise(leash: socket.socket, output: int, run: Callable[[], None]) -> NoReturn:
    """Forks once more and stays until nothing of the fork is left.

    Args:
      leash: to the judge, who pauses the fork with b"p" and has it go on with b"c".
      output: where a fault of ours is told.
      run: what the fork does; it does not return.
    """
    prctl(_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        child = os.fork()
        if not child:
            run()
    except BaseException as error:  # noqa: BLE001 - a line for the judge, whatever it is
        os.write(output, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    only = leash.fileno()
    os.closerange(3, only)
    os.closerange(only + 1, os.sysconf("SC_OPEN_MAX"))
    try:
        _say(leash, {"pid": child})
        status = _watched(leash, child)
        _end_all()
        _say(leash, {"status": status})
    finally:
        _end_all()
        os._exit(0)


def _say(leash: socket.socket, what: dict[str, int]) -> None:
    with suppress(OSError):  # nobody listens any more
        leash.sendall(json.dumps(what).encode() + b"\n")


def _watched(leash: socket.socket, child: int) -> int:
    """Waits for the child's end, or ends it when the judge lets go; returns its status, negative for a signal."""
    ended = os.pidfd_open(child)
    try:
        while ended not in select.select([leash, ended], [], [])[0]:
            said = leash.recv(1)
            os.kill(child, {b"p": signal.SIGSTOP, b"c": signal.SIGCONT}.get(said, signal.SIGKILL))
            if not said:
                break
    except OSError:  # the judge is gone
        os.kill(child, signal.SIGKILL)
    finally:
        os.close(ended)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _end_all() -> None:
    """Kills and reaps every descendant; those of the killed come to us, until there are none."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for pid in _children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    path = Path(f"/proc/self/task/{os.getpid()}/children")
    try:
        return [int(pid) for pid in path.read_text("ascii").split()]
    except OSError:  # a kernel without that file
        return [pid for pid, parent in _parents() if parent == os.getpid()]


def _parents() -> list[tuple[int, int]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile
            found.append((int(folder.name), int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])))
    return found
