"""A report as one JSON object; ``report.schema.json`` beside this file describes it."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grader.report import CaseResult, Departure, Diagnosis, Report, ReportError
from grader.runners.base import Isolation

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
        "fault": report.fault,
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
        "situation": case.situation,
        "message": case.message,
        "output": case.output,
        "diagnosis": asdict(case.diagnosis) if case.diagnosis else None,
        "margin": case.margin if case.margin is None or math.isfinite(case.margin) else None,
    }


def read(given: Mapping[str, Any]) -> Report:
    """The report that ``as_object`` wrote; an infinite margin comes back as None. For what we wrote ourselves."""
    isolation, departure, error = given["isolation"], given["departure"], given["error"]
    layers = Isolation(layers=tuple(isolation["layers"]), missing=tuple(isolation["missing"]), level=isolation["level"])
    return Report(
        exercise=given["exercise"],
        cases=tuple(_read_case(case) for case in given["cases"]),
        seed=given["seed"],
        seconds=given["seconds"],
        isolation=layers if layers.layers or layers.missing else None,
        error=ReportError(**error) if error else None,
        fault=given["fault"],
        note=given["note"],
        departure=Departure(**departure) if departure else None,
    )


def _read_case(given: Mapping[str, Any]) -> CaseResult:
    diagnosis = given["diagnosis"]
    return CaseResult(**{**given, "diagnosis": Diagnosis(**diagnosis) if diagnosis else None})
