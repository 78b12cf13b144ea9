"""The warm runner: one process that has imported JAX and Flax is forked for every submission, inside all layers.

This is the judge's side; ``grader/sandbox/zygote`` is the other. The warm process belongs to one grader process: its
start is paid once by a batch or a session, and nothing is left running afterwards.
"""

import os
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Self

from grader.sandbox import canary
from grader.sandbox.base import Asked, FollowUp, Isolation, Limits, Run, not_started, nothing_more
from grader.sandbox.fresh import answer_channel
from grader.sandbox.isolation import LAST, LAYERS
from grader.sandbox.isolation._libc import LINUX
from grader.sandbox.warm_process import Fork, WarmError, WarmProcess
from grader.sandbox.watchdog import REFERENCE_SECONDS, Watch

WARM_HERE = LINUX and hasattr(os, "pidfd_open")
AROUND = (
    "process",
    "environment",
    "descriptors",
    "wall clock",
    "memory watchdog",
    "output cap",
    "process tree ended",
)
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
        self._process: WarmProcess | None = None
        self._ready: Fork | None = None
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
            if self._process:
                self._process.close()
            self._process = None

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
        return self._process.unfit if self._process else ""

    @property
    def pid(self) -> int | None:
        """The warm process, once it has been started."""
        return self._process.pid if self._process else None

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
        # A program that is cut short on a busy machine fills nothing.
        limits = replace(self._limits, seconds=REFERENCE_SECONDS)
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
        if harvest is not None and self._process:
            self._entries += self._process.reply().get("entries", 0)  # said in any case, however the program ended
        return run

    def _watched(self, asked: Asked, limits: Limits, follow_up: FollowUp, fork: Callable[[], Fork]) -> Run:
        """Gives a fork its request and watches it to its end."""
        try:
            with closing(fork()) as child:
                child.give(asked.encoded())
                # The reference compiles all by itself: the cache is filled from it, not from other right programs.
                return Watch(child, asked, limits, run=partial(self._run, cold=True)).run(follow_up)
        except WarmError as error:
            return not_started(str(error))
        except OSError as error:
            return not_started(f"the warm process could not be used: {error.strerror or error}")

    def _get_ready(self) -> None:
        """Has a fork made ahead of need: it starts its backend while the judge and the learner think."""
        with self._lock, suppress(WarmError, OSError):
            if self._ready is None and not self._ended:
                self._ready = self._forked()

    def _forked(self, harvest: Iterable[str] | None = None, *, cold: bool = False) -> Fork:
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
            return Fork(file, answers, output, leash, stack.pop_all())
        raise AssertionError  # for the type checker: an ExitStack may swallow exceptions, these files do not

    def _order(self, order: Mapping[str, Any], descriptors: tuple[int, ...]) -> None:
        """Sends an order; a warm process that has died is replaced once."""
        with self._lock:
            if self._ended:
                raise WarmError("this runner has been closed; make another")
            for last in (False, True):
                if self._process is None:
                    self._process = WarmProcess(self._limits.start)
                try:
                    return self._process.send(order, descriptors)
                except OSError:
                    self._process.close()
                    self._process = None
                    if last:
                        raise
        return None
