"""A class as JSON lines, an object a student; ``grade.schema.json`` beside this file describes them."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from grader.classroom.results import Batch, Grade
from grader.reports import as_json
from grader.text import plain

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("grade.schema.json")
TEXT_CAP = 100_000


def render(batch: Batch) -> str:
    """Renders a class's results, ASCII only.

    Args:
      batch: the results.
    """
    return "".join(json.dumps(_plain(as_object(grade, batch)), allow_nan=False) + "\n" for grade in batch.grades)


def as_object(grade: Grade, batch: Batch) -> dict[str, Any]:
    """One student's standing as plain JSON values."""
    return {
        "schema_version": SCHEMA_VERSION,
        "student": grade.student,
        "name": grade.name,
        "file": grade.file,
        "sha256": grade.sha256,
        "graded": grade.graded.astimezone(UTC).isoformat(),
        "hidden": batch.hidden,
        "practice": batch.practice,
        "report": as_json.as_object(grade.report),
        "history": [
            {
                "outcome": past.outcome,
                "score": past.score,
                "graded": past.graded.astimezone(UTC).isoformat(),
                "why": past.why.split(", "),
            }
            for past in grade.history
        ],
    }


def _plain(value: object) -> object:
    """The same without what has no place in a text, such as half of a pair of surrogates, which UTF-8 cannot say."""
    if isinstance(value, str):
        return plain(value, TEXT_CAP)
    if isinstance(value, dict):
        return {key: _plain(of) for key, of in value.items()}
    return [_plain(of) for of in value] if isinstance(value, list) else value
