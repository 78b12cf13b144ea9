"""Stands between the warm process and a submission: forks it, reports on it, and ends all that it started.

A process whose parent has ended becomes a child of the supervisor, so that nothing can hide. The leash is a socket to
the judge: the supervisor reports the submission's end on it, and when the judge closes it, on purpose or by its own
death, the submission ends.
"""

import json
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from grader.sandbox.isolation._libc import prctl
from grader.sandbox.isolation.processes import children

_SET_CHILD_SUBREAPER = 36
PATIENCE = 10.0  # seconds for killing a process that keeps forking


def supervise(leash: socket.socket, output: int, run: Callable[[], None]) -> NoReturn:
    """Forks once more and stays until nothing of the fork is left.

    Args:
      leash: to the judge, who pauses the fork with b"p" and resumes it with b"c".
      output: where a fault of the grader is written.
      run: what the fork does; it does not return.
    """
    prctl(_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        child = os.fork()
        if not child:
            run()
    except BaseException as error:  # a line for the judge, whatever it is
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
    with suppress(OSError):  # the judge is gone
        leash.sendall(json.dumps(what).encode() + b"\n")


def _watched(leash: socket.socket, child: int) -> int:
    """Waits for the child's end, or ends it when the judge closes the leash; returns its exit status."""
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
    """Kills and reaps every descendant; a killed process's children become ours, until none is left."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for pid in children(os.getpid()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return
