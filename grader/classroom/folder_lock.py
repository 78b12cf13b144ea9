"""The lock on a gradebook's folder: one grader at a time, with a note that says who it is.

The note is of use only while the lock is held, so a note that a killed grader left behind is never read.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from grader.text import plain

NAME = "grader.lock"
_NOTE_CAP = 200  # bytes


class InUseError(Exception):
    """Another grader holds the lock; the message says who, as far as that is known."""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Locks a folder against other graders until the end.

    Raises:
      InUseError: If another grader holds the lock.
      OSError: If there is no such folder, or it cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if not _taken(descriptor):
            raise InUseError(holder(folder) or "another grader")
        with suppress(OSError), _opened(folder, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as note:
            note.write(_ourselves())
        try:
            yield
        finally:
            with suppress(OSError):
                (folder / NAME).unlink()
    finally:
        os.close(descriptor)


def holder(folder: Path) -> str:
    """Who else has locked a folder, such as "process 4711 on lab3 (since 2026-03-01 09:30 UTC)"; empty if not known."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            if _taken(descriptor):
                return ""
        finally:
            os.close(descriptor)
        with _opened(folder, os.O_RDONLY) as note:
            found = note.read(_NOTE_CAP)
        who, _, since = found.partition("\n")
        if since and who != _ourselves().partition("\n")[0]:
            return f"{plain(who, _NOTE_CAP)} (since {plain(since.strip(), _NOTE_CAP)})"
    return ""


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _ourselves() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n"


@contextmanager
def _opened(folder: Path, flags: int) -> Iterator:
    descriptor = os.open(folder / NAME, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    with os.fdopen(descriptor, "r" if flags == os.O_RDONLY else "w", encoding="utf-8", errors="replace") as file:
        yield file
