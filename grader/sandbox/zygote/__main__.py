"""``python -P -s -m grader.sandbox.zygote FD``: waits on the control socket FD and forks once for every order.

It holds no secret, no expected value and no solution: a fork inherits only what any program could import. It has one
thread and no JAX backend, and checks both before every fork: a fork after the backend's start hangs.

An order is a JSON object with four descriptors: the request to read, answers, output, and the judge's leash. The fork
puts up the sandbox, starts the backend, and reads the request when the judge sends the first byte. With "harvest" the
program is trusted, and what JAX compiles for it is kept for later forks; the reply on the control socket then says how
many entries there are. Reference: https://github.com/jax-ml/jax/issues/20734
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from functools import partial
from typing import Any, NoReturn

from grader.sandbox.isolation import LAST, LAYERS, Jail, put_up
from grader.sandbox.isolation._libc import prctl
from grader.sandbox.zygote import compile_cache, without_files
from grader.sandbox.zygote.preload import DISTRIBUTIONS, preload
from grader.sandbox.zygote.rehearsal import rehearse
from grader.sandbox.zygote.supervisor import supervise
from grader.worker import jax_private, loop, wire

ORDER_CAP = 1 << 16
_SET_DUMPABLE = 4
ANSWERS, HARVEST = 50, 51  # above all that the warm process has open, below any limit


def main() -> None:
    """Takes orders until the judge goes."""
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    preload()
    without_files.make_ready(DISTRIBUTIONS)
    unfit = compile_cache.install()
    jax_private.keep_ir_context()
    prctl(_SET_DUMPABLE, 0)
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # nobody waits for supervisors: the judge hears from them on the leash
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the judge
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"ready": True, "unfit": unfit}).encode())
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, ORDER_CAP, 4)
        if not message:
            return
        trouble = _unfit_to_fork()
        if trouble:
            control.send(json.dumps({"unfit": trouble}).encode())
            return
        _obey(json.loads(message), descriptors, control)
        for descriptor in descriptors:
            os.close(descriptor)


def _unfit_to_fork() -> str:
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        return f"the warm process has {threads} threads"
    return "the warm process has a JAX backend" if jax_private.has_backend() else ""


def _obey(order: dict[str, Any], descriptors: list[int], control: socket.socket) -> None:
    """Forks a supervisor, which forks what runs the program."""
    request, answers, output, leash = descriptors
    trusted = "harvest" in order
    theirs, ours = os.pipe() if trusted else (None, None)
    try:
        pid = os.fork()
    except OSError as error:  # no process can be made: the judge hears why, and may ask again
        os.write(output, f"no process for it: {error.strerror}".encode())
        pid = -1
    if not pid:
        control.close()
        supervise(socket.socket(fileno=leash), output, lambda: _run(order, request, answers, output, ours))
    if theirs is not None and ours is not None:
        os.close(ours)
        with os.fdopen(theirs, "rb") as pipe:
            entries = compile_cache.unpacked(pipe.read())
        compile_cache.give(entries)
        control.send(json.dumps({"entries": len(entries)}).encode())


def _run(order: dict[str, Any], request: int, answers: int, output: int, harvest: int | None) -> NoReturn:
    """Becomes the worker: first its descriptors, then the sandbox, then the backend, then the request."""
    os.dup2(request, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(answers, ANSWERS, inheritable=False)
    if harvest is not None:
        os.dup2(harvest, HARVEST, inheritable=False)
    os.closerange(3, ANSWERS)
    os.closerange(ANSWERS + 1 if harvest is None else HARVEST + 1, os.sysconf("SC_OPEN_MAX"))
    os.setsid()
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    jail = Jail(parent=os.getppid(), without=frozenset(order.get("without", ())))
    put_up(LAYERS, jail)
    if order.get("cold"):
        compile_cache.forget()
    done = loop.nothing if harvest is None else partial(_hand_over, order["harvest"])
    trained = harvest is not None or compile_cache.filled()
    loop.serve(_awaited, ANSWERS, seal=partial(_sealed, jail, trained=trained), done=done)


def _sealed(jail: Jail, *, trained: bool) -> None:
    """Applies the last layer; if nobody waits yet, rehearses before it."""
    if trained and not select.select([ANSWERS], [], [], 0)[0]:
        rehearse()
    put_up(LAST, jail)


def _awaited() -> wire.Message:
    """Waits for the request: the fork may have been made ahead of need."""
    if not os.read(ANSWERS, 1):
        os._exit(0)
    return loop.request()


def _hand_over(without: list[str]) -> None:
    """Hands what was compiled to the warm process."""
    with os.fdopen(HARVEST, "wb") as pipe:
        pipe.write(compile_cache.packed(compile_cache.fresh(without)))


if __name__ == "__main__":
    main()
