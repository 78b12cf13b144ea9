"""Reading in a process of our own: what grows with what a student chose has a clock and a memory limit there.

A notebook that takes minutes to parse, or an archive that fills the memory, costs its student a sentence and nobody
else anything: the process is killed, and the next submission is read by another.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from grader.paths import trusted
from grader.submission.files import File, RefusedError
from grader.submission.reading import Submission, UnreadableError, read_bytes
from grader.submission.which_file import Asked, UndecidedError

SECONDS = 5  # of processor time for one submission
PATIENCE = 60  # seconds by the clock, on a busy machine
MEMORY = 3 << 29  # bytes
FILES_CAP = 1_000  # files of one student that are looked at
TOTAL_CAP = 128 << 20  # bytes of them
OUT_OF_MEMORY = 9  # exit code
KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # of the environment


class ReaderError(Exception):
    """The process could not be used, which is no student's fault."""


@dataclass(frozen=True)
class Read:
    """What a student's files come to.

    Attributes:
      submission: The program.
      file: The path of its file, as the student named it.
      reasons: Why it is that one, if there are several; these notes are the submission's first.
    """

    submission: Submission
    file: tuple[str, ...]
    reasons: tuple[str, ...] = ()


def read_submission(path: Path, asked: Asked) -> Submission:
    """Reads a student's file, and the modules beside it that it imports.

    Args:
      path: The ``.py`` file or notebook.
      asked: What the student was asked for.

    Raises:
      NoSuchFileError: If there is no regular file, or it cannot be read.
      UnreadableError: If it is empty, too large, no text, or the unchanged starter.
      ReaderError: If we cannot start the process that reads.
    """
    return read_data(read_bytes(path), asked, name=path.name, folder=path.parent)


def read_data(data: bytes, asked: Asked, *, name: str, folder: Path | None = None) -> Submission:
    """Makes a submission from a file's bytes.

    Args:
      data: The bytes.
      asked: What the student was asked for.
      name: The file's name; a notebook's ends in ".ipynb".
      folder: Where modules of the student's own are looked for; None for nowhere.

    Raises:
      UnreadableError: If it is empty, too large, no text, or the unchanged starter.
      ReaderError: If we cannot start the process that reads.
    """
    with Reader() as reader:
        return reader.read_one(data, asked, name=name, folder=folder)


class Reader:
    """Reads submissions, one after another, in one process."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Starts nothing yet.

        Args:
          seconds: Of processor time for one submission.
          memory: Bytes that the process may have.
        """
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):
                    _pipe(pipe).close()
            self._process.wait()
            self._process = None

    def read(self, files: Iterable[File], asked: Asked, *, found: tuple[str, ...] = ()) -> Read:
        """Chooses the file to grade and reads its program, which is called like the exercise.

        Args:
          files: All that a student handed in.
          asked: What for.
          found: What a platform says was handed in beside files: "link", "text".

        Raises:
          UndecidedError: If it cannot be told which file is meant.
          UnreadableError: If none can be graded.
          ReaderError: If the process could not be started.
        """
        heads, bodies, left = [], [], TOTAL_CAP
        for number, file in enumerate(files):
            data, refused = b"", f"more than {FILES_CAP} files were handed in"
            if number < FILES_CAP:
                data, refused = _bytes(file, left)
            left -= len(data)
            heads.append([file.parts, len(data), file.modified, refused])
            bodies.append(data)
        return self._asked({"files": heads, "asked": asdict(asked), "found": found}, bodies)

    def read_one(self, data: bytes, asked: Asked, *, name: str, folder: Path | None = None) -> Submission:
        """See ``read_data``."""
        beside = str(folder.absolute()) if folder else ""
        head = {"files": [[[name], len(data), 0.0, ""]], "asked": asdict(asked), "name": name, "folder": beside}
        return self._asked(head, [data]).submission

    def _asked(self, head: dict[str, Any], bodies: list[bytes]) -> Read:
        line, code = self._line(json.dumps(head).encode("ascii"), bodies)
        if code is not None:
            raise UnreadableError("too_long", f"{self._ending(code)}; hand in a file with the program alone")
        reply = json.loads(line)
        if "fault" in reply:
            raise ReaderError(f"reading failed with {reply['fault']}")
        if "submission" in reply:
            return Read(Submission.of_fields(reply["submission"]), tuple(reply["file"]), tuple(reply["reasons"]))
        if reply["kind"] == "which_file":
            raise UndecidedError(reply["message"])
        raise UnreadableError(reply["kind"], reply["message"])

    def _line(self, head: bytes, bodies: list[bytes]) -> tuple[bytes, int | None]:
        """The line that answers, or how the process ended instead."""
        process = self._started()
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            line = _exchanged(process, head, bodies)
        finally:
            timer.cancel()
        if line.endswith(b"\n"):
            return line, None
        process.kill()
        code = process.wait()
        self.close()
        return b"", code

    def _ending(self, code: int) -> str:
        if code == OUT_OF_MEMORY:
            return f"reading what was handed in takes more than {self._memory >> 20} MiB of memory"
        if code in (-signal.SIGKILL, -getattr(signal, "SIGPROF", 0)):
            return f"reading what was handed in takes more than {self._seconds:g} seconds"
        return "what was handed in cannot be read: Python itself crashed over it"

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            environment = {name: os.environ[name] for name in KEPT if name in os.environ}
            limits = [str(self._seconds), str(self._memory)]
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-s", "-m", "grader.submission.reading_process", *limits],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment | {"PYTHONPATH": os.pathsep.join(trusted()), "PYTHONUTF8": "1"},
                )
            except OSError as error:
                raise ReaderError(f"the process that reads submissions cannot be started: {error}") from None
            if not _pipe(self._process.stdout).readline():
                self.close()
                raise ReaderError("the process that reads submissions ended at its start")
        return self._process


def _bytes(file: File, left: int) -> tuple[bytes, str]:
    """A file's bytes, or why they are not read."""
    try:
        data = file.read()
    except RefusedError as error:
        return b"", str(error)
    return (data, "") if len(data) <= left else (b"", f"more than {TOTAL_CAP >> 20} MiB were handed in")


def _exchanged(process: subprocess.Popen[bytes], head: bytes, bodies: list[bytes]) -> bytes:
    """The line that answers; without its end where the process died."""
    try:
        stdin = _pipe(process.stdin)
        stdin.write(head + b"\n")
        for data in bodies:
            stdin.write(data)
        stdin.flush()
        return _pipe(process.stdout).readline()
    except (OSError, ValueError):
        return b""


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
