"""A student's file, read: size, encoding and emptiness are settled before any of it runs."""

import hashlib
import io
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from grader.extraction import NOTEBOOK_CAP, NotebookError, Place, extracted
from grader.text import plain

SIZE_CAP = 1 << 20  # bytes
NAME_CAP = 80


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A submission's text and the name that its lines are reported under.

    Attributes:
      name: of the file.
      source: what is run; of a notebook, what was taken from it.
      places: for a notebook, the code cell that each line stands in and its line there; both count from 1.
      notes: what the reader should know of how it was read.
    """

    name: str
    source: str
    places: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()

    def place(self, line: int) -> str:
        """Where a line stands for whoever wrote it: "line 18", or in a notebook "cell 4, line 3"."""
        if not self.places:
            return f"line {line}"
        cell, own = self.places[line - 1] if 0 < line <= len(self.places) else ("", 0)
        return f"cell {cell}, line {own}" if cell else "a cell"

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


def read_submission(path: Path, *, starter: str, entry: str) -> Submission:
    """Reads a submission.

    Args:
      path: the student's ``.py`` file or notebook.
      starter: the exercise's starter, to recognise it when it comes back unchanged.
      entry: the name that it is to define.

    Raises:
      NoSuchFileError: if there is no regular file there, or it may not be read.
      UnreadableError: if it is empty, too large, not UTF-8 text, or still the starter.
    """
    return submission_from(_bytes(path), name=path.name, starter=starter, entry=entry)


def size_cap(name: str) -> int:
    """The most bytes that a file of that name may have: a notebook holds pictures too."""
    return NOTEBOOK_CAP if is_notebook(name) else SIZE_CAP


def is_notebook(name: str) -> bool:
    """By its name."""
    return name.lower().endswith(".ipynb")


def submission_from(data: bytes, *, name: str, starter: str, entry: str) -> Submission:
    """Makes a submission of a file's bytes; see ``read_submission``.

    Args:
      data: at most ``size_cap(name) + 1`` of them need be given: that many say that there are too many.
      name: what its lines are reported under; a notebook's ends in ".ipynb".
      starter: the exercise's starter.
      entry: the name that it is to define.

    Raises:
      UnreadableError: if it is empty, too large, not UTF-8 text, or still the starter.
    """
    if is_notebook(name):
        return _from_notebook(data, name, starter, entry)
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


def _from_notebook(data: bytes, name: str, starter: str, entry: str) -> Submission:
    try:
        found = extracted(data, entry)
    except NotebookError as error:
        raise UnreadableError("notebook", str(error)) from None
    if len(found.source) > SIZE_CAP:
        raise UnreadableError(
            "too_large", f"the notebook's program is larger than {SIZE_CAP >> 20} MiB; a solution has some 30 lines"
        )
    if found.source and _same(found.source, _bare(starter, entry)):
        raise UnreadableError("starter", "this is the starter as it was handed out; write your solution at its TODO")
    return Submission(name=plain(name, NAME_CAP), source=found.source, places=found.places, notes=found.notes)


def _bare(starter: str, entry: str) -> str:
    """The starter as it would be taken from a notebook."""
    cell = {"cell_type": "code", "source": starter}
    return extracted(json.dumps({"cells": [cell]}).encode(), entry).source


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def _bytes(path: Path) -> bytes:
    shown = plain(str(path), 200)
    try:
        # Not blocking: what is named may be a pipe, or may become one.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NoSuchFileError(f"{shown} is no regular file; name the .py file or notebook to grade")
            return file.read(size_cap(path.name) + 1)
    except IsADirectoryError:
        raise NoSuchFileError(f"{shown} is a folder; name the .py file to grade") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise NoSuchFileError(f"{shown} cannot be read: {reason}") from None
