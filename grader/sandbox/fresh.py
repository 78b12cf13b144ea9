"""A fresh process for every submission: own session, clean environment, clock, capped output, temporary folder."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Self

from grader.paths import trusted
from grader.sandbox.base import Asked, FollowUp, Isolation, Limits, Run, not_started, nothing_more
from grader.sandbox.watchdog import Watch

# Nothing else of the caller's environment reaches the worker.
ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "LANG", "LC_ALL", "TZ")


EMITTERS = (0, 10)  # the last jaxlib whose XLA has a choice of emitters
DEFAULT = Limits()


@dataclass(frozen=True)
class FreshRunner:
    """Starts one process for every submission."""

    limits: Limits = DEFAULT

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
                "memory watchdog",
                "output cap",
                "scratch folder",
            ),
            missing=("user id", "file system", "network", "system calls"),
            level="none",
        )

    @property
    def note(self) -> str:
        """Empty."""
        return ""

    def __enter__(self) -> Self:
        """Starts nothing."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends nothing: every run has ended its own process."""

    def run(self, asked: Asked, /, follow_up: FollowUp = nothing_more) -> Run:
        """Runs one submission and leaves no process of its group behind."""
        return _run(asked, self.limits, follow_up)


def _run(asked: Asked, limits: Limits, follow_up: FollowUp = nothing_more) -> Run:
    with ExitStack() as stack:
        try:
            worker = stack.enter_context(_started(asked.encoded()))
        except OSError as error:
            return not_started(f"the worker could not be started: {error.strerror or error}")
        return Watch(worker, asked, limits, run=_run).run(follow_up)


@dataclass(frozen=True)
class _Process:
    """A worker process of the judge's own."""

    process: subprocess.Popen[bytes]
    answers: int
    output: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def poll(self) -> int | None:
        return self.process.poll()

    def pause(self, *, paused: bool) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP if paused else signal.SIGCONT)


@contextmanager
def _started(request: bytes) -> Iterator[_Process]:
    """Starts a worker in a session of its own; kills what is left of it, however this ends."""
    with _scratch() as scratch, tempfile.TemporaryFile() as stdin:
        stdin.write(request)
        stdin.seek(0)
        ours, theirs = answer_channel()
        try:
            process = subprocess.Popen(  # our own worker, by absolute path, without a shell
                # -P: no folder of the student's on the search path; -s: none of the user's site-packages.
                [sys.executable, "-P", "-s", "-m", "grader.worker", str(theirs.fileno())],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                env=environment(scratch),
                cwd=scratch,
                start_new_session=True,
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        assert process.stdout is not None
        try:
            with process.stdout:
                yield _Process(process, ours.fileno(), process.stdout.fileno())
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            ours.close()


@contextmanager
def _scratch() -> Iterator[str]:
    """A folder that is removed afterwards, whatever was done to it: ``rm`` follows no links, at any depth."""
    folder = tempfile.mkdtemp(prefix="grader-")
    try:
        yield folder
    finally:
        subprocess.run(["rm", "-rf", "--", folder], check=False, capture_output=True)  # POSIX's rm


def answer_channel() -> tuple[socket.socket, socket.socket]:
    """The judge's end and the worker's: sockets, since a pipe could be reopened for reading through /proc."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)


def _flags() -> list[str]:
    """What makes XLA compile faster. A flag that it does not know ends the process, so each names its versions."""
    try:
        release = tuple(int(part) for part in version("jaxlib").split(".")[:2])
    except PackageNotFoundError:  # which the worker says when it imports JAX
        return []
    return ["--xla_cpu_use_fusion_emitters=false"] if release <= EMITTERS else []  # a third less


def environment(scratch: str) -> dict[str, str]:
    """The environment of a process that runs submissions: an allow-list, and nothing of the caller's JAX settings."""
    kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(trusted()),
        "PYTHONSAFEPATH": "1",
        "PYTHONUTF8": "1",
        "HOME": scratch,
        "TMPDIR": scratch,
        "USER": "student",  # who somebody is cannot be looked up in the sandbox
        "JAX_PLATFORMS": "cpu",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # halves the time of compiling, which is most of a run's
        "XLA_FLAGS": " ".join(_flags()),
        "OPENBLAS_NUM_THREADS": "1",
        "NPROC": "1",  # the size of XLA's thread pools, and so the memory that a submission starts with
    }
