"""The warm runner: one process that has imported everything, forked once for every submission, behind the whole wall.

The judge's side; ``grader/zygote`` is the other. Warm means within one grader process: the first submission pays the
start, a batch or a session pays it once, and nothing is left running afterwards.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, BinaryIO, Self

from grader import canary
from grader.isolation import LAST, LAYERS
from grader.isolation._libc import LINUX
from grader.runners.base import Asked, FollowUp, Isolation, Limits, Run, not_started, nothing_more
from grader.runners.fresh import answer_channel, environment
from grader.runners.watch import REFERENCE_SECONDS, Watch

WARM_HERE = LINUX and hasattr(os, "pidfd_open")
AROUND = (
    *("process", "environment", "descriptors", "wall clock", "memory watchdog", "output cap", "process tree ended"),
)
ENDS_WITHIN = 15.0  # seconds that a supervisor may take to end everything
DEFAULT = Limits()


class WarmRunner:
    """Forks a warm process for every submission. Use it as a context manager; it may be shared by threads."""

    def __init__(self, limits: Limits = DEFAULT, *, without: Iterable[str] = ()) -> None:
        """Starts nothing yet.

        Args:
          limits: what a submission may use.
          without: layers to leave out, by name: to see what the others are worth.
        """
        self._limits, self._without = limits, frozenset(without)
        self._lock = threading.RLock()
        self._zygote: _Zygote | None = None
        self._ready: _Child | None = None
        self._isolation: Isolation | None = None
        self._ended = False
        self._entries = 0

    def __enter__(self) -> Self:
        """Ready for use; the process starts with the first submission."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the warm process."""
        with self._lock:
            self._ended = True
            self.rest()
            if self._zygote:
                self._zygote.close()
            self._zygote = None

    @property
    def isolation(self) -> Isolation:
        """What really stood in the way of a canary, tried once before the first submission."""
        with self._lock:
            if self._isolation is None:
                layers = {layer.NAME: layer.available() for layer in (*LAYERS, *LAST)}
                held = [name for name, lacking in layers.items() if not lacking and name not in self._without]
                self._isolation = canary.examined(self, around=AROUND, held=held, missing=set(layers) - set(held))
            return self._isolation

    @property
    def note(self) -> str:
        """Why this is slower than it should be, if it is."""
        return self._zygote.unfit if self._zygote else ""

    @property
    def pid(self) -> int | None:
        """The warm process, once it has been started."""
        return self._zygote.pid if self._zygote else None

    def run(self, asked: Asked, /, follow_up: FollowUp = nothing_more) -> Run:
        """Runs one submission and leaves nothing of it behind, then has the next fork get ready."""
        run = self._run(asked, self._limits, follow_up=follow_up)
        self._get_ready()
        return run

    def rest(self) -> None:
        """Lets the fork go that is ready for the next submission: the warm process alone is left."""
        with self._lock:
            ready, self._ready = self._ready, None
        if ready:
            ready.close()

    def fill(self, requests: Iterable[tuple[Asked, Iterable[str]]]) -> int:
        """Fills the compile cache from trusted programs; returns how many entries there are.

        Args:
          requests: each with the names of the program's own functions, whose compiled form is not kept.
        """
        before = self._entries
        limits = replace(
            self._limits, seconds=REFERENCE_SECONDS
        )  # one that is cut short on a busy machine fills nothing
        for asked, names in requests:
            with self._lock:
                self._run(asked, limits, harvest=names)
        return self._entries - before

    def _run(
        self,
        asked: Asked,
        limits: Limits,
        *,
        harvest: Iterable[str] | None = None,
        cold: bool = False,
        follow_up: FollowUp = nothing_more,
    ) -> Run:
        with self._lock:
            ready, self._ready = self._ready, None
        if ready and (cold or harvest is not None):
            ready.close()  # it has the cache as it is now
            ready = None
        watched = partial(self._watched, asked, limits, follow_up)
        run = watched(lambda: ready) if ready else None
        if run is None or run.ending.kind == "not_started":  # the one that was ready may have died meanwhile
            run = watched(partial(self._forked, harvest, cold=cold))
        if harvest is not None and self._zygote:
            self._entries += self._zygote.reply().get("entries", 0)  # said in any case, however the program ended
        return run

    def _watched(self, asked: Asked, limits: Limits, follow_up: FollowUp, fork: Callable[[], "_Child"]) -> Run:
        """Gives a fork its request and watches it to its end."""
        try:
            with closing(fork()) as child:
                child.give(asked.encoded())
                # The reference compiles all by itself: the cache is filled from it, not from other right programs.
                return Watch(child, asked, limits, run=partial(self._run, cold=True)).run(follow_up)
        except _WarmError as error:
            return not_started(str(error))
        except OSError as error:
            return not_started(f"the warm process could not be used: {error.strerror or error}")

    def _get_ready(self) -> None:
        """Has a fork made ahead of need: it starts its backend while the judge and the learner think."""
        with self._lock, suppress(_WarmError, OSError):
            if self._ready is None and not self._ended:
                self._ready = self._forked()

    def _forked(self, harvest: Iterable[str] | None = None, *, cold: bool = False) -> "_Child":
        """A new fork, without a request as yet."""
        order: dict[str, Any] = {"without": sorted(self._without), "cold": cold}
        if harvest is not None:
            order["harvest"] = sorted(harvest)
        with ExitStack() as stack:
            file = stack.enter_context(os.fdopen(os.memfd_create("request"), "w+b"))
            answers, theirs = (stack.enter_context(end) for end in answer_channel())
            read, write = os.pipe()
            output = stack.enter_context(os.fdopen(read, "rb", buffering=0))
            leash, other = (stack.enter_context(end) for end in socket.socketpair())
            with os.fdopen(write, "wb"), theirs, other:
                self._order(order, (file.fileno(), theirs.fileno(), write, other.fileno()))
            return _Child(file, answers, output, leash, stack.pop_all())
        raise AssertionError  # for the type checker: an ExitStack may swallow exceptions, these files do not

    def _order(self, order: Mapping[str, Any], descriptors: tuple[int, ...]) -> None:
        """Sends an order; a warm process that has died is replaced once."""
        with self._lock:
            if self._ended:
                raise _WarmError("this runner has been closed; make another")
            for last in (False, True):
                if self._zygote is None:
                    self._zygote = _Zygote(self._limits.start)
                try:
                    return self._zygote.send(order, descriptors)
                except OSError:
                    self._zygote.close()
                    self._zygote = None
                    if last:
                        raise
        return None


class _WarmError(Exception):
    """The warm process did not come up, or did not stay."""


class _Zygote:
    """The warm process and the socket on which it takes orders."""

    def __init__(self, patience: float) -> None:
        """Starts it and waits until it is ready.

        Raises:
          _WarmError: if it does not get ready in time.
          OSError: if it cannot be started.
        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = os.fdopen(os.memfd_create("errors"), "w+b")
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own code, by absolute path, without a shell
                # -P: no folder of the student's on the search path; -s: none of the user's site-packages.
                [sys.executable, "-P", "-s", "-m", "grader.zygote", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=(theirs.fileno(),),
                env={**environment("/nonexistent"), "TMPDIR": "/tmp"},  # noqa: S108 - nothing is written there
                cwd="/",
                start_new_session=True,
            )
        self._control.settimeout(patience)
        try:
            said = self.reply()
        except TimeoutError:
            self.close()
            raise _WarmError(f"the warm process was not ready after {patience:g} s") from None
        if not said.get("ready"):
            reason = self._last_words()
            self.close()
            raise _WarmError(f"the warm process ended before it was ready: {reason}")
        self.unfit = str(said.get("unfit", ""))

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, order: Mapping[str, Any], descriptors: tuple[int, ...]) -> None:
        socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)

    def reply(self) -> dict[str, Any]:
        """What it says next; empty when it is gone."""
        data = self._control.recv(1 << 16)
        return json.loads(data) if data else {}

    def close(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()
        self._errors.close()

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        return "".join(self._errors.read().decode("utf-8", "replace").strip().splitlines()[-1:])


@dataclass
class _Child:
    """A fork, known by what its supervisor says of it. To be closed, after which nothing of it is left."""

    _request: BinaryIO
    _answers: socket.socket
    _output: BinaryIO
    leash: socket.socket
    _files: ExitStack
    pid: int | None = None
    _said: bytes = b""
    _status: int | None = None
    _gone: bool = field(default=False)

    @property
    def answers(self) -> int:
        """Descriptor of its messages."""
        return self._answers.fileno()

    @property
    def output(self) -> int:
        """Descriptor of what it prints."""
        return self._output.fileno()

    def give(self, request: bytes) -> None:
        """Gives it its request, and the byte that tells it to read it.

        Raises:
          OSError: if it is gone.
        """
        self._request.write(request)
        self._request.seek(0)
        self._answers.send(b"\n")

    def close(self) -> None:
        """Ends it, and whatever it has started."""
        try:
            self._end()
        finally:
            self._files.close()

    def poll(self) -> int | None:
        """Its exit status once it is gone.

        Raises:
          _WarmError: if its supervisor was killed, which no submission behind the wall can do: what became of it is
            not known.
        """
        self._listen(block=False)
        if self._status is None and self._gone:
            raise _WarmError("the process that watched over the submission was killed")
        return self._status

    def pause(self, *, paused: bool) -> None:
        """Stops it, or has it go on; its supervisor does it, which knows that it is still the same process."""
        with suppress(OSError):
            self.leash.sendall(b"p" if paused else b"c")

    def _end(self) -> None:
        """Lets go of the leash, and waits until the supervisor has ended everything and gone."""
        with suppress(OSError):
            self.leash.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + ENDS_WITHIN
        while not self._gone and time.monotonic() < deadline:
            self._listen(block=True)

    def _listen(self, *, block: bool) -> None:
        self.leash.settimeout(ENDS_WITHIN if block else 0)
        with contextlib.suppress(BlockingIOError, TimeoutError):
            data = self.leash.recv(1 << 12)
            self._gone = self._gone or not data
            *lines, self._said = (self._said + data).split(b"\n")
            for line in lines:
                said = json.loads(line)
                self.pid = said.get("pid", self.pid)
                self._status = said.get("status", self._status)
