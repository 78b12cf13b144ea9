"""A student's file as a submission: size, encoding and emptiness are checked before any of it runs.

Files of students are read by way of ``reader.py``, in a process that may be stopped.
"""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from grader.findings.base import Spot
from grader.findings.of_case import LeftOut, Lines
from grader.submission.decoding import NotAProgramError, decoded, looks_like_notebook
from grader.submission.files import LINK, SIZE_CAP, kind, size_cap
from grader.submission.notebook import NotebookError, extracted
from grader.submission.program import Place, without_failure
from grader.text import plain

NAME_CAP = 80
LINE_CAP = 120  # characters of a line that is shown
LINES_CAP = 16  # pieces of what was left out that are told


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A submission's text and its file's name.

    Attributes:
      name: The file's name, as reports show it.
      source: The program; for a notebook, the program taken from it.
      places: For a notebook, the code cell of each line and its line there, both counted from 1.
      notes: What the student should know about how the file was read.
      modules: Name -> text of the modules that the program may import beside installed ones.
      left_out: What was taken out of the file's text, since its import ended early; a finding for each further run.
    """

    name: str
    source: str
    places: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Its fields as it was read, as plain lists and dictionaries, for JSON or another process."""
        return {name: value for name, value in asdict(self).items() if name != "left_out"}

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> Self:
        """The submission that ``fields`` gave."""
        places = tuple((cell, line) for cell, line in fields["places"])
        return cls(**{**fields, "places": places, "notes": tuple(fields["notes"])})

    def spot(self, line: int, *, function: str = "", stripped: bool = True) -> Spot:
        """A line as its author knows it: of a notebook, the cell and the line there; with its text, plain.

        Args:
          line: of ``source``, from 1.
          function: that it belongs to, where that is to be said.
          stripped: without indentation; otherwise with its tabs written out.
        """
        lines = self.source.split("\n")
        text = plain(lines[line - 1].rstrip() if 0 < line <= len(lines) else "", LINE_CAP)
        text = text.strip() if stripped else text.replace("\t", "<tab>")
        if not self.places:
            return Spot(line=line, text=text, function=function)
        cell, own = self.places[line - 1] if 0 < line <= len(self.places) else ("", 0)
        return Spot(line=own if cell else 0, cell=cell, text=text, function=function)

    def without_failure(self, entry: str, line: int | None, why: str) -> "Submission | None":
        """The submission without what its entry does not need, after its import ended early.

        Args:
          entry: The name that the program must define.
          line: The line of ``source`` that ended it; None if it is not known.
          why: What ended it, in one word; see ``LeftOut``.

        Returns:
          A submission that says what was left out; None where nothing can be.
        """
        found = without_failure(self.source, entry, line)
        if found is None:
            return None
        source, out = found
        lines = self._lines(out)
        failed = None if line is None else self.spot(line)
        left_out = LeftOut(why=why, failed=failed, entry=entry, lines=lines[:LINES_CAP], more=len(lines) > LINES_CAP)
        return replace(self, source=source, left_out=(*self.left_out, left_out))

    def _lines(self, numbers: Sequence[int]) -> tuple[Lines, ...]:
        """Lines of ``source`` as their author knows them, those together that follow each other."""
        found: list[Lines] = []
        for number in numbers:
            cell, line = self.places[number - 1] if self.places else (None, number)
            if cell == "":  # ours
                continue
            if found and (found[-1].cell, found[-1].last + 1) == (cell, line):
                found[-1] = replace(found[-1], last=line)
            else:
                found.append(Lines(cell=cell, first=line, last=line))
        return tuple(found)

    @property
    def digest(self) -> str:
        """The sha256 of the text, which identifies a version of the file."""
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()


class NoSuchFileError(Exception):
    """There is no file to read, which is misuse of the command."""


class UnreadableError(Exception):
    """The file's content cannot be graded. ``kind`` names the reason in one word."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def submission_from(data: bytes, *, name: str, starter: str, entry: str) -> Submission:
    """Makes a submission from a file's bytes.

    Args:
      data: The bytes; the first ``size_cap(name) + 1`` are enough, since they show that the file is too large.
      name: The file's name; a notebook's ends in ".ipynb".
      starter: The exercise's starter.
      entry: The name that the program must define.

    Raises:
      UnreadableError: If it is empty, too large, not UTF-8 text, or the unchanged starter.
    """
    if kind(name) == "notebook" or looks_like_notebook(data):
        return _from_notebook(data, name, starter, entry)
    if len(data) > SIZE_CAP:
        raise UnreadableError(
            "too_large", f"the file is larger than {SIZE_CAP >> 20} MiB; a solution has about 30 lines"
        )
    try:
        text = decoded(data)
    except NotAProgramError as error:
        raise UnreadableError(error.kind, str(error)) from None
    if not text.strip():
        raise UnreadableError("empty", "the file is empty; 'grader start' gives you a starter to fill in")
    if text.split() == starter.split():
        raise UnreadableError("starter", "this is the unchanged starter; write your solution at its TODO")
    return Submission(name=plain(name, NAME_CAP), source=text)


def _from_notebook(data: bytes, name: str, starter: str, entry: str) -> Submission:
    try:
        found = extracted(data, entry)
    except NotebookError as error:
        raise UnreadableError("notebook", str(error)) from None
    if len(found.source) > SIZE_CAP:
        raise UnreadableError(
            "too_large", f"the notebook's program is larger than {SIZE_CAP >> 20} MiB; a solution has about 30 lines"
        )
    if found.source and _same(found.source, _bare(starter, entry)):
        raise UnreadableError("starter", "this is the unchanged starter; write your solution at its TODO")
    return Submission(
        name=plain(name, NAME_CAP), source=found.source, places=found.places, notes=found.notes, modules=found.modules
    )


def _bare(starter: str, entry: str) -> str:
    """The starter as it would be extracted from a notebook."""
    if not starter.strip():
        return ""
    cell = {"cell_type": "code", "source": starter}
    return extracted(json.dumps({"cells": [cell]}).encode(), entry).source


def read_module(path: Path) -> bytes | None:
    """The bytes of a module of the student's own; None where there is none, it is too large, or a link."""
    try:
        return read_bytes(path) if path.is_file() and path.stat().st_size <= SIZE_CAP else None
    except (OSError, NoSuchFileError):
        return None


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()


def read_bytes(path: Path) -> bytes:
    """Reads a file's bytes, at most one more than ``size_cap`` allows.

    Raises:
      NoSuchFileError: If there is no regular file, it is a symbolic link, or it cannot be read.
    """
    shown = plain(str(path), 200)
    try:
        # Non-blocking, since the path may be a pipe, or become one.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK | os.O_NOFOLLOW)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NoSuchFileError(f"{shown} is not a regular file; name the .py file or notebook to grade")
            return file.read(size_cap(path.name) + 1)
    except IsADirectoryError:
        raise NoSuchFileError(f"{shown} is a folder; name the .py file or notebook to grade") from None
    except (OSError, ValueError) as error:
        if getattr(error, "errno", 0) == errno.ELOOP and path.is_symlink():
            raise NoSuchFileError(f"{shown} was not read: {LINK}; name the file itself") from None
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise NoSuchFileError(f"{shown} cannot be read: {reason}") from None
