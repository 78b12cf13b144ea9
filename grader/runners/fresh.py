"""A fresh process a submission: own session, clean environment, clock, capped output, throw-away folder."""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from grader.paths import trusted
from grader.runners.base import Ending, Isolation, Request, Run
from grader.transcript import Transcript
from grader.wire import Decoder, WireError

# Nothing else of the caller's environment reaches the worker.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ")
CHUNK = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a submission may use; times in seconds, the rest in bytes.

    Attributes:
      start: for our own imports; passing it is our failure.
      seconds: for the submission; None leaves it to the exercise.
      output: printed.
      answers: sent back.
    """

    start: float = 120.0
    seconds: float | None = None
    output: int = 1 << 20
    answers: int = 128 << 20


@dataclass(frozen=True)
class FreshRunner:
    """Starts one process for every submission."""

    limits: Limits = Limits()

    @property
    def isolation(self) -> Isolation:
        """What a plain process gives."""
        return Isolation(
            layers=(
                "process",
                "process group",
                "environment",
                "descriptors",
                "wall clock",
                "output cap",
                "scratch folder",
            ),
            missing=("user id", "file system", "network", "system calls", "memory limit"),
            level="none",
        )

    def run(self, request: Request) -> Run:
        """Runs one submission and leaves no process of its group behind."""
        transcript = Transcript()
        try:
            with _started(request.encoded()) as worker:
                ending = _Watch(worker, transcript, request, self.limits).until_it_ends()
        except OSError as error:
            ending = Ending(kind="not_started", detail=f"the worker could not be started: {error.strerror or error}")
        return Run(transcript=transcript, ending=ending)


@dataclass(frozen=True)
class _Worker:
    process: subprocess.Popen[bytes]
    answers: int
    output: int


@contextmanager
def _started(request: bytes) -> Iterator[_Worker]:
    """Starts a worker in a session of its own; kills what is left of it, however this ends."""
    with (
        tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True) as scratch,
        tempfile.TemporaryFile() as stdin,
    ):
        stdin.write(request)
        stdin.seek(0)
        read_end, write_end = os.pipe()
        try:
            process = subprocess.Popen(  # noqa: S603 - our own worker, by absolute path, without a shell
                # -P: no folder of the student's on the search path; -s: none of the user's site-packages.
                [sys.executable, "-P", "-s", "-m", "grader.worker", str(write_end)],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(write_end,),
                env=_environment(scratch),
                cwd=scratch,
                start_new_session=True,
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
        assert process.stdout is not None  # noqa: S101 - for the type checker
        try:
            with process.stdout:
                yield _Worker(process, read_end, process.stdout.fileno())
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(read_end)


def _environment(scratch: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(trusted()),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "HOME": scratch,
        "TMPDIR": scratch,
        "JAX_PLATFORMS": "cpu",
        "OPENBLAS_NUM_THREADS": "1",
    }


class _Watch:
    """Reads what a worker sends until it has finished, has gone, or has passed a limit."""

    def __init__(self, worker: _Worker, transcript: Transcript, request: Request, limits: Limits) -> None:
        self._worker, self._transcript, self._limits = worker, transcript, limits
        self._cases = len(request.plan.cases)
        self._seconds = request.plan.seconds if limits.seconds is None else limits.seconds
        self._decoder = Decoder()
        self._received = {worker.answers: 0, worker.output: 0}
        self._tail = b""
        self._deadline = time.monotonic() + limits.start

    def until_it_ends(self) -> Ending:
        with selectors.DefaultSelector() as selector:
            for descriptor in self._received:
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ)
            try:
                while not self._transcript.finished:
                    gone = self._worker.process.poll() is not None
                    ready = selector.select(0 if gone else min(0.1, max(0.0, self._deadline - time.monotonic())))
                    for key, _ in ready:
                        if not self._take(key.fd):
                            selector.unregister(key.fd)
                    if time.monotonic() > self._deadline:
                        return self._out_of_time()
                    if gone and not ready:
                        return self._gone()
            except WireError as error:
                return Ending(kind="garbled", detail=str(error))
            except _PassedError as passed:
                return passed.ending
        return Ending(kind="finished")

    def _take(self, descriptor: int) -> bool:
        """Reads one chunk; returns False at the end of the stream."""
        data = os.read(descriptor, CHUNK)
        self._received[descriptor] += len(data)
        if descriptor == self._worker.output:
            self._tail = (self._tail + data)[-CHUNK:]
            self._limit("output", descriptor, self._limits.output)
        else:
            self._limit("answers", descriptor, self._limits.answers)
            for message in self._decoder.feed(data):
                was_ready = self._transcript.ready
                self._transcript.add(message, self._cases)
                if self._transcript.ready and not was_ready:
                    self._deadline = time.monotonic() + self._seconds
        return bool(data)

    def _limit(self, kind: str, descriptor: int, limit: int) -> None:
        if self._received[descriptor] > limit:
            raise _PassedError(Ending(kind=kind, detail=f"{limit / 2**20:g} MiB"))  # type: ignore[arg-type]

    def _out_of_time(self) -> Ending:
        if self._transcript.ready:
            return Ending(kind="time", detail=f"{self._seconds:g} s")
        return Ending(kind="not_started", detail=f"the worker was not ready after {self._limits.start:g} s")

    def _gone(self) -> Ending:
        status = self._worker.process.returncode
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
