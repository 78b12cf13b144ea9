"""Reads what a worker sends until it has finished, has gone, or has passed a limit: the judge's eyes."""

import os
import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from grader.runners.base import Asked, CancelledError, Ending, FollowUp, Limits, Run
from grader.text import plain
from grader.transcript import PRINTED_CAP, Transcript
from grader.wire import Decoder, WireError, encode

CHUNK = 1 << 16
TICK = 0.02  # seconds between looks at memory and at the clock
FOLLOW_UP_SECONDS = 10.0  # for tracing one case: it takes some 0.1 s
REFERENCE_SECONDS = 120.0  # for the reference itself, on the slowest of machines
PAGE = os.sysconf("SC_PAGE_SIZE")


class Worker(Protocol):
    """A process that answers."""

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
        """Stops it, or has it go on."""
        ...


class Watch:
    """One worker under watch."""

    def __init__(self, worker: Worker, asked: Asked, limits: Limits, *, run: Callable[[Asked, Limits], Run]) -> None:
        """Begins to watch.

        Args:
          worker: the process.
          asked: what it was asked.
          limits: what it may use.
          run: runs the reference in the same way, if the submission is out of time.
        """
        self._worker, self._asked, self._limits, self._run = worker, asked, limits, run
        self._transcript = Transcript()
        self._seconds = asked.seconds if limits.seconds is None else limits.seconds
        self._fixed = limits.seconds is not None
        self._decoder = Decoder()
        self._received = {worker.answers: 0, worker.output: 0}
        self._tail = b""
        self._deadline = time.monotonic() + limits.start
        self._began = 0.0

    def run(self, follow_up: FollowUp) -> Run:
        """Watches to the end; then asks the waiting worker for more, if that is wanted."""
        ending = self._until(lambda: self._transcript.finished)
        printed = plain(self._tail.decode("utf-8", "replace"), PRINTED_CAP)
        seconds = time.monotonic() - self._began if self._transcript.ready else 0.0
        run = Run(ending=ending, transcript=self._transcript, printed=printed, seconds=seconds, limit=self._seconds)
        look = follow_up(run) if ending.kind == "finished" else None
        if look is not None:
            self._fixed, self._deadline = True, time.monotonic() + FOLLOW_UP_SECONDS
            with suppress(OSError):  # it is gone
                os.write(self._worker.answers, encode({"trace": look.case, "residuals": look.residuals}))
            self._until(lambda: self._transcript.traced is not None)  # however that ends, the run itself has ended well
        return run

    def _until(self, done: Callable[[], bool]) -> Ending:
        with selectors.DefaultSelector() as selector:
            for descriptor in self._received:
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
            return True  # somebody else was quicker
        except ConnectionError:
            data = b""  # gone with our question unread
        self._received[descriptor] += len(data)
        if descriptor == self._worker.output:
            self._tail = (self._tail + data)[:CHUNK]
            if self._received[descriptor] > self._limits.output:
                raise _PassedError(Ending(kind="output", detail=f"{self._limits.output / 2**20:g} MiB"))
            return bool(data)
        if self._received[descriptor] > self._limits.answers:
            raise _PassedError(Ending(kind="answers", detail=f"{self._limits.answers / 2**20:g} MiB"))
        for message in self._decoder.feed(data):
            was_ready = self._transcript.ready
            self._transcript.add(message, self._asked.cases)
            self._tail = b""
            if self._transcript.ready and not was_ready:
                self._began = time.monotonic()
                self._deadline = self._began + self._seconds
        return bool(data)

    def _look_at_size(self) -> None:
        pid = self._worker.pid
        if pid is None:
            return
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            threads, resident = int(fields[17]), int(fields[21]) * PAGE
        except (OSError, IndexError, ValueError):
            return  # gone by now, or a host without /proc
        if resident > self._limits.memory:
            raise _PassedError(Ending(kind="memory", detail=f"{self._limits.memory / 2**30:g} GiB"))
        if threads > self._limits.threads:
            raise _PassedError(Ending(kind="threads", detail=str(self._limits.threads)))

    def _prolonged(self) -> bool:
        """Whether the reference itself is so slow here that the submission deserves more time."""
        if self._fixed or not self._transcript.ready:
            return False
        self._fixed = True
        paused = time.monotonic()
        self._worker.pause(paused=True)  # it neither takes time from the reference nor does anything unwatched
        try:
            self._seconds = max(self._seconds, self._limits.factor * self._reference_seconds())
        finally:
            self._worker.pause(paused=False)
            self._began += time.monotonic() - paused
        self._deadline = self._began + self._seconds
        return time.monotonic() <= self._deadline

    def _reference_seconds(self) -> float:
        """How long the reference takes here and now; 0 where that cannot be found out."""
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
