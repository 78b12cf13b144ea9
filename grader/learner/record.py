"""A learner's record: what was started, graded and shown, in a readable file beside the learner's own files.

The record belongs to the learner: deleting it is safe, and no verdict depends on it. Any other file of that name is
left unchanged.
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
ABOUT = "Your progress in the groupnorm-jax course, recorded by the grader. Delete this file to start again."
NEWEST = 50  # tries kept
SIZE_CAP = MOST = 1 << 20  # bytes; points or hints


class RecordError(Exception):
    """The file is not a record, or cannot be read or written. The message is plain text and names a way out."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a learner stands in one exercise.

    Attributes:
      file: The learner's file, relative to the record's folder; empty if none was started.
      solved: Whether any try was right.
      points: The points of the best try.
      max_points: The points that a right solution earned at that time.
      hints: The number of hints shown.
      tries: The sha256 of the source of each distinct graded try, the newest last.
    """

    file: str = ""
    solved: bool = False
    points: float = 0.0
    max_points: float = 0.0
    hints: int = 0
    tries: tuple[str, ...] = ()

    @property
    def started(self) -> bool:
        """Whether there is a file or a try."""
        return bool(self.file or self.tries)

    def graded(self, report: Report, file: str) -> "Standing":
        """The standing after another report."""
        new = () if report.digest in self.tries else (report.digest,)
        best = {"points": report.score, "max_points": report.max_score} if report.score >= self.points else {}
        solved = self.solved or report.outcome == "right"
        return replace(self, file=file, solved=solved, tries=(*self.tries, *new)[-NEWEST:], **best)


Record = Mapping[str, Standing]  # exercise name -> standing


def read(folder: Path) -> Record | None:
    """The record in a folder, or None.

    Raises:
      RecordError: If the file of that name is not a record, or cannot be read.
    """
    data = _data(folder)
    return None if data is None else {slug: _standing(kept) for slug, kept in data["exercises"].items()}


def begin(folder: Path) -> bool:
    """Creates an empty record if there is none; returns whether it did.

    Raises:
      RecordError: As for ``read``, or if the record cannot be written.
    """
    if _data(folder) is not None:
        return False
    _write(folder, {"about": ABOUT, "version": VERSION, "exercises": {}})
    return True


def update(folder: Path, slug: str, change: Callable[[Standing], Standing]) -> tuple[Standing, Standing] | None:
    """Changes the standing in one exercise, and nothing else in the record.

    Returns:
      The standing before and after, or None if there is no record.

    Raises:
      RecordError: As for ``begin``.
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
    """The folder whose record holds an exercise, and the standing, with paths relative to the given folder.

    It is the given folder itself, or the folder of the exercise's file if that one has a record of its own.

    Raises:
      RecordError: As for ``read``.
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
    """The record as JSON, with every standing validated."""
    path = folder / NAME
    try:
        # Non-blocking, since the name may belong to a pipe.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            data = file.read(SIZE_CAP + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _error(path, f"it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    try:
        found = json.loads(data[:SIZE_CAP].decode("utf-8"))
    except (ValueError, RecursionError):
        raise _error(path, "it is not complete JSON") from None
    if not isinstance(found, dict) or "version" not in found or not isinstance(found.get("exercises"), dict):
        raise _error(path, "it is not a record of the grader")
    if found["version"] != VERSION:
        version = json.dumps(found["version"])
        raise _error(path, f"its format is version {version}; this grader reads version {VERSION}")
    for slug, kept in found["exercises"].items():
        try:
            _standing(kept)
        except ValueError as error:
            raise _error(path, f"its entry {slug!r} is damaged: {error}") from None
    return found


def _error(path: Path, why: str) -> RecordError:
    return RecordError(
        plain(f"{path} was not changed: {why}. Move it away and run 'grader next' to create a new one", 600)
    )


def _standing(kept: Any) -> Standing:
    """Reads a standing; a missing field has its default.

    Raises:
      ValueError: If a value is invalid.
    """
    if not isinstance(kept, dict):
        raise ValueError("it must be an object")
    values = {name: kept.get(name, start) for name, start in asdict(Standing()).items()}
    valid = {
        "file": isinstance(values["file"], str) and "\0" not in values["file"],
        "solved": isinstance(values["solved"], bool),
        "points": _is_number(values["points"]),
        "max_points": _is_number(values["max_points"]),
        "hints": _is_number(values["hints"]) and values["hints"] == int(values["hints"]),
        "tries": isinstance(values["tries"], list | tuple) and all(isinstance(t, str) for t in values["tries"]),
    }
    for name, holds in valid.items():
        if not holds:
            raise ValueError(f"{name}={plain(json.dumps(values[name]), 60)}")
    return Standing(**{**values, "hints": int(values["hints"]), "tries": tuple(values["tries"])[-NEWEST:]})


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST  # NaN is not
    )


def _write(folder: Path, data: Mapping[str, Any]) -> None:
    """Replaces the record atomically."""
    temporary = folder / f".{NAME}.{secrets.token_hex(4)}"
    try:
        with temporary.open("x", encoding="ascii", newline="\n") as file:
            file.write(json.dumps(data, indent=2) + "\n")
        temporary.replace(folder / NAME)
    except OSError as error:
        raise RecordError(plain(f"{folder / NAME} cannot be written: {error.strerror or error}", 600)) from None
    finally:
        with suppress(OSError):
            temporary.unlink()
