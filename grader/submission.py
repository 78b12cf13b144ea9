"""A student's file, read: size, encoding and emptiness are settled before any of it runs."""

import hashlib
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.text import plain

SIZE_CAP = 1 << 20  # bytes
NAME_CAP = 80


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A submission's text and the name that its lines are reported under."""

    name: str
    source: str

    @property
    def digest(self) -> str:
        """Tells one version of a file from another: sha256 of the text."""
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()


class NoSuchFileError(Exception):
    """There is no file to read: misuse of the command."""


class UnreadableError(Exception):
    """The file's content cannot be graded. ``kind`` is one word for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def read_submission(path: Path, *, starter: str) -> Submission:
    """Reads a submission.

    Args:
      path: the student's ``.py`` file.
      starter: the exercise's starter, to recognise it when it comes back unchanged.

    Raises:
      NoSuchFileError: if there is no regular file there, or it may not be read.
      UnreadableError: if it is empty, too large, not UTF-8 text, or still the starter.
    """
    return submission_from(_bytes(path), name=path.name, starter=starter)


def submission_from(data: bytes, *, name: str, starter: str) -> Submission:
    """Makes a submission of a file's bytes; see ``read_submission``.

    Args:
      data: at most ``SIZE_CAP + 1`` of them need be given: that many say that there are too many.
      name: what its lines are reported under.
      starter: the exercise's starter.

    Raises:
      UnreadableError: if it is empty, too large, not UTF-8 text, or still the starter.
    """
    if len(data) > SIZE_CAP:
        raise UnreadableError(
            "too_large", f"the file is larger than {SIZE_CAP >> 20} MiB; a solution has some 30 lines"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data[: error.start].count(b"\n") + 1
        raise UnreadableError(
            "encoding", f"line {at} is not UTF-8 text; save the file with the encoding UTF-8"
        ) from None
    if b"\0" in data:
        at = data[: data.index(b"\0")].count(b"\n") + 1
        raise UnreadableError(
            "null_bytes", f"the file has a null byte in line {at}; it is no text file: save it as plain text"
        )
    text = io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)
    if not text.strip():
        raise UnreadableError("empty", "the file is empty; 'grader start' gives you a starter to fill in")
    if text.split() == starter.split():
        raise UnreadableError("starter", "this is the starter as it was handed out; write your solution at its TODO")
    return Submission(name=plain(name, NAME_CAP), source=text)


def _bytes(path: Path) -> bytes:
    shown = plain(str(path), 200)
    try:
        # Not blocking: what is named may be a pipe, or may become one.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NoSuchFileError(f"{shown} is no regular file; name the .py file to grade")
            return file.read(SIZE_CAP + 1)
    except IsADirectoryError:
        raise NoSuchFileError(f"{shown} is a folder; name the .py file to grade") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise NoSuchFileError(f"{shown} cannot be read: {reason}") from None
