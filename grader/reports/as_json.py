"""A report as one JSON object; ``report.schema.json`` beside this file describes it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.report import CaseResult, Report

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("report.schema.json")


def render(report: Report) -> str:
    """The report in one line, ASCII only: what a submission printed cannot break the line or the terminal."""
    return json.dumps(as_object(report), allow_nan=False)


def as_object(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    isolation = report.isolation
    return {
        "schema_version": SCHEMA_VERSION,
        "exercise": report.exercise,
        "outcome": report.outcome,
        "score": report.score,
        "max_score": report.max_score,
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "isolation": {
            "layers": list(isolation.layers if isolation else ()),
            "missing": list(isolation.missing if isolation else ()),
            "level": isolation.level if isolation else "none",
        },
        "note": report.note,
        "departure": asdict(report.departure) if report.departure else None,
        "cases": [_case(case) for case in report.cases],
        "error": asdict(report.error) if report.error else None,
    }


def _case(case: CaseResult) -> dict[str, Any]:
    return {
        "name": case.name,
        "seed": case.seed,
        "visibility": case.visibility,
        "outcome": case.outcome,
        "points": case.points,
        "max_points": case.max_points,
        "message": case.message,
        "output": case.output,
        "diagnosis": asdict(case.diagnosis) if case.diagnosis else None,
    }
