"""A learner's record: what was begun, graded and shown, in a readable file beside the learner's own files.

It is the learner's: safe to delete, never needed for a verdict. Whatever else bears its name is left as it is.
"""

import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grader.report import Report
from grader.text import plain

NAME = "grader-progress.json"
VERSION = 1
ABOUT = "Your progress in the course of groupnorm-jax, kept by the grader. Delete it, and you begin anew."
NEWEST = 50  # tries that are kept
SIZE_CAP = MOST = 1 << 20  # bytes; points or hints


class RecordError(Exception):
    """A file that is no record, or cannot be read or written. The message is made plain and names a way out."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a learner stands in one exercise.

    Attributes:
      file: the learner's, relative to the record's folder; empty if none was begun.
      solved: whether a try was ever right.
      points: of the best try.
      max_points: what a right try earned then.
      hints: how many were shown.
      tries: sha256 of the source of each distinct try that was graded, the newest last.
    """

    file: str = ""
    solved: bool = False
    points: float = 0.0
    max_points: float = 0.0
    hints: int = 0
    tries: tuple[str, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether there is a file or a try."""
        return bool(self.file or self.tries)

    def graded(self, report: Report, file: str) -> "Standing":
        """The standing after a report on a program that was run."""
        new = () if report.digest in self.tries else (report.digest,)
        best = {"points": report.score, "max_points": report.max_score} if report.score >= self.points else {}
        solved = self.solved or report.outcome == "right"
        return replace(self, file=file, solved=solved, tries=(*self.tries, *new)[-NEWEST:], **best)


Record = Mapping[str, Standing]  # by the exercise's name


def read(folder: Path) -> Record | None:
    """The record in a folder; None where there is none.

    Raises:
      RecordError: if there is a file of that name that is no record, or cannot be read.
    """
    data = _data(folder)
    return None if data is None else {slug: _standing(kept) for slug, kept in data["exercises"].items()}


def begin(folder: Path) -> bool:
    """Makes an empty record where there is none; returns whether it did.

    Raises:
      RecordError: as ``read``, or if it cannot be written.
    """
    if _data(folder) is not None:
        return False
    _write(folder, {"about": ABOUT, "version": VERSION, "exercises": {}})
    return True


def update(folder: Path, slug: str, change: Callable[[Standing], Standing]) -> tuple[Standing, Standing] | None:
    """Changes the standing in one exercise; what else the record holds stays as it is.

    Returns:
      The standing before and after; None where there is no record.

    Raises:
      RecordError: as ``begin``.
    """
    data = _data(folder)
    if data is None:
        return None
    kept = data["exercises"].get(slug, {})
    before = _standing(kept)
    after = change(before)
    if after != before:
        exercises = {**data["exercises"], slug: {**kept, **asdict(after)}}
        _write(folder, {**data, "exercises": exercises})
    return before, after


def home(folder: Path, slug: str) -> tuple[Path, Standing] | None:
    """Where an exercise is recorded, seen from a folder, and the standing with its file seen from there too.

    That is the folder's own record, or the one beside the exercise's file where that lies in another folder.

    Raises:
      RecordError: as ``read``.
    """
    record = read(folder)
    if record is None:
        return None
    standing = record.get(slug, Standing())
    other = Path(standing.file).parent
    beside = (read(folder / other) or {}).get(slug) if standing.file and other != Path() else None
    if beside is None:
        return folder, standing
    return folder / other, replace(beside, file=str(other / beside.file) if beside.file else standing.file)


def _data(folder: Path) -> dict[str, Any] | None:
    """The record as JSON, with every standing in it known to be one."""
    path = folder / NAME
    try:
        # Not blocking: what bears the name may be a pipe.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            data = file.read(SIZE_CAP + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _refused(path, f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        told = json.loads(data[:SIZE_CAP].decode("utf-8"))
    except (ValueError, RecursionError):
        raise _refused(path, "it is not JSON, or not all of it") from None
    if not isinstance(told, dict) or "version" not in told or not isinstance(told.get("exercises"), dict):
        raise _refused(path, "it is no record of the grader's")
    if told["version"] != VERSION:
        version = json.dumps(told["version"])
        raise _refused(path, f"another version of the grader wrote it: version {version}, and this one reads {VERSION}")
    for slug, kept in told["exercises"].items():
        try:
            _standing(kept)
        except ValueError as error:
            raise _refused(path, f"what it says of {slug!r} is damaged: {error}") from None
    return told


def _refused(path: Path, why: str) -> RecordError:
    return RecordError(plain(f"{path} is left as it is: {why}. Move it away, and 'grader next' begins a new one", 600))


def _standing(kept: Any) -> Standing:  # noqa: ANN401 - whatever JSON holds
    """Reads a standing; what is missing is at its beginning.

    Raises:
      ValueError: if a value is not what it must be.
    """
    if not isinstance(kept, dict):
        raise ValueError("it must be an object")  # noqa: TRY004 - one error for whatever is wrong with it
    values = {name: kept.get(name, start) for name, start in asdict(Standing()).items()}
    right = {
        "file": isinstance(values["file"], str) and "\0" not in values["file"],
        "solved": isinstance(values["solved"], bool),
        "points": _is_number(values["points"]),
        "max_points": _is_number(values["max_points"]),
        "hints": _is_number(values["hints"]) and values["hints"] == int(values["hints"]),
        "tries": isinstance(values["tries"], list | tuple) and all(isinstance(t, str) for t in values["tries"]),
    }
    for name, holds in right.items():
        if not holds:
            raise ValueError(f"{name}={plain(json.dumps(values[name]), 60)}")
    return Standing(**{**values, "hints": int(values["hints"]), "tries": tuple(values["tries"])[-NEWEST:]})


def _is_number(value: Any) -> bool:  # noqa: ANN401 - the same
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST  # NaN is not
    )


def _write(folder: Path, data: Mapping[str, Any]) -> None:
    """Writes all of it or nothing: to a file beside it, which then takes its place."""
    beside = folder / f".{NAME}.{secrets.token_hex(4)}"
    try:
        with beside.open("x", encoding="ascii", newline="\n") as file:
            file.write(json.dumps(data, indent=2) + "\n")
        beside.replace(folder / NAME)
    except OSError as error:
        raise RecordError(plain(f"{folder / NAME} cannot be written: {error.strerror or error}", 600)) from None
    finally:
        with suppress(OSError):
            beside.unlink()
