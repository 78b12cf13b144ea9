"""Reads what a worker sends until it finishes, ends, or passes a limit."""

import os
import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from grader.sandbox.base import Asked, CancelledError, Ending, FollowUp, Limits, Look, Run
from grader.sandbox.isolation import processes
from grader.sandbox.transcript import Transcript
from grader.text import plain
from grader.worker.wire import PRINTED_CAP, Decoder, WireError

CHUNK = 1 << 16
TICK = 0.02  # seconds between looks at memory and at the clock
FOLLOW_UP_SECONDS = 10.0  # for tracing one case: it takes some 0.1 s
REFERENCE_SECONDS = 120.0  # for the reference itself, on the slowest of machines


class Worker(Protocol):
    """A process that runs a submission."""

    @property
    def answers(self) -> int:
        """Descriptor of its messages."""
        ...

    @property
    def output(self) -> int:
        """Descriptor of what it prints."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process id, once known."""
        ...

    def poll(self) -> int | None:
        """Its exit status once it is gone, negative for a signal."""
        ...

    def pause(self, *, paused: bool) -> None:
        """Stops it, or lets it go on."""
        ...


class Watch:
    """One worker under watch."""

    def __init__(self, worker: Worker, asked: Asked, limits: Limits, *, run: Callable[[Asked, Limits], Run]) -> None:
        """Starts the clock.

        Args:
          worker: the process.
          asked: what it was asked.
          limits: what it may use.
          run: runs the reference in the same way, if the submission runs out of time.
        """
        self._worker, self._asked, self._limits, self._run = worker, asked, limits, run
        self._transcript = Transcript()
        self._seconds = asked.seconds if limits.seconds is None else limits.seconds
        self._fixed = limits.seconds is not None
        self._decoder = Decoder()
        self._received = 0  # bytes of answers
        self._tail = b""
        self._deadline = time.monotonic() + limits.start
        self._began = self._imported = 0.0

    def run(self, follow_up: FollowUp) -> Run:
        """Watches until the end, then asks the worker the follow-up question, if there is one."""
        ending = self._until(lambda: self._transcript.finished)
        tail = self._tail.decode("utf-8", "replace")
        if ending.kind != "finished":
            self._transcript.cut = self._transcript.cut or len(tail) > PRINTED_CAP
        seconds = time.monotonic() - self._began if self._transcript.ready else 0.0
        run = Run(
            ending=ending,
            transcript=self._transcript,
            printed=plain(tail, PRINTED_CAP),
            seconds=seconds,
            imported=self._imported,
            limit=self._seconds,
        )
        look = follow_up(run) if ending.kind == "finished" else None
        if look is not None:
            self._fixed, self._deadline = True, time.monotonic() + FOLLOW_UP_SECONDS
            if look.case is None:  # what the exercise allows is no more than what is left of it
                self._deadline = min(self._deadline, self._began + self._seconds)
            self._ask(look.encoded())
            self._until(lambda: self._answers(look))  # however this ends, the run itself has finished
        return run

    def _ask(self, question: bytes) -> None:
        """Sends a message to the worker, as fast as it reads."""
        left = memoryview(question)
        with selectors.DefaultSelector() as selector, suppress(OSError):  # the worker has ended
            selector.register(self._worker.answers, selectors.EVENT_WRITE)
            while left and time.monotonic() < self._deadline:
                left = left[os.write(self._worker.answers, left) if selector.select(TICK) else 0 :]

    def _answers(self, look: Look) -> bool:
        """Whether all that was asked further has come."""
        heard = self._transcript
        traced = look.case is None or heard.traced is not None
        return traced and heard.repeated.keys() >= set(look.again) and len(heard.programs) >= len(look.programs)

    def _until(self, done: Callable[[], bool]) -> Ending:
        with selectors.DefaultSelector() as selector:
            for descriptor in (self._worker.answers, self._worker.output):
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ)
            try:
                while not done():
                    if self._limits.stop and self._limits.stop():
                        raise CancelledError
                    gone = self._worker.poll() is not None
                    ready = selector.select(0 if gone else TICK)
                    for key, _ in ready:
                        if not self._take(key.fd):
                            selector.unregister(key.fd)
                    self._look_at_size()
                    if time.monotonic() > self._deadline and not self._prolonged():
                        return self._out_of_time()
                    if gone and not ready:
                        return self._gone()
            except WireError as error:
                if not self._transcript.ready:
                    return Ending(kind="not_started", detail=f"the worker's first words are no message: {error}")
                return Ending(kind="garbled", detail=str(error))
            except _PassedError as passed:
                return passed.ending
        return Ending(kind="broken" if self._transcript.broken else "finished")

    def _take(self, descriptor: int) -> bool:
        """Reads one chunk; returns False at the end of the stream."""
        try:
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:
            return True  # nothing is there after all
        except ConnectionError:
            data = b""  # the worker ended before it read our question
        if descriptor == self._worker.output:  # of a flood the beginning is kept; the clock ends it
            self._tail = (self._tail + data)[:CHUNK]
            return bool(data)
        self._received += len(data)
        if self._received > self._limits.answers:
            raise _PassedError(Ending(kind="answers", detail=f"{self._limits.answers / 2**20:g} MiB"))
        for message in self._decoder.feed(data):
            was_ready, was_loaded = self._transcript.ready, self._transcript.loaded
            self._transcript.add(message, self._asked.cases)
            self._tail = b""
            if self._transcript.ready and not was_ready:
                self._began = time.monotonic()
                self._deadline = self._began + self._seconds
            if self._transcript.loaded and not was_loaded:
                self._imported = time.monotonic() - self._began
        return bool(data)

    def _look_at_size(self) -> None:
        pid = self._worker.pid
        status = processes.status(pid) if pid is not None else None
        if status is None:
            return
        if status.resident > self._limits.memory:
            raise _PassedError(Ending(kind="memory", detail=f"{self._limits.memory / 2**30:g} GiB"))
        if status.threads > self._limits.threads:
            raise _PassedError(Ending(kind="threads", detail=str(self._limits.threads)))

    def _prolonged(self) -> bool:
        """Allows more time if the reference itself is slow here; returns whether there is any left."""
        if self._fixed or not self._transcript.ready:
            return False
        self._fixed = True
        paused = time.monotonic()
        self._worker.pause(paused=True)  # so that it takes no time from the reference and does nothing unwatched
        try:
            self._seconds = max(self._seconds, self._limits.factor * self._reference_seconds())
        finally:
            self._worker.pause(paused=False)
            self._began += time.monotonic() - paused
        self._deadline = self._began + self._seconds
        return time.monotonic() <= self._deadline

    def _reference_seconds(self) -> float:
        """Measures the reference's time; 0 if it does not finish."""
        reference = self._asked.reference
        if reference is None:
            return 0.0
        run = self._run(reference, replace(self._limits, seconds=REFERENCE_SECONDS))
        return run.seconds if run.ending.kind == "finished" else 0.0

    def _out_of_time(self) -> Ending:
        if self._transcript.ready:
            return Ending(kind="time", detail=f"{self._seconds:.3g} s")
        return Ending(kind="not_started", detail=f"the worker was not ready after {self._limits.start:g} s")

    def _gone(self) -> Ending:
        status = self._worker.poll()
        if self._transcript.ready:
            return Ending(kind="gone", status=status)
        last = self._tail.decode("utf-8", "replace").strip().splitlines()[-1:]
        return Ending(
            kind="not_started", status=status, detail=f"the worker ended before it was ready: {''.join(last)}"
        )


class _PassedError(Exception):
    """A limit was passed."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending.kind)
        self.ending = ending
