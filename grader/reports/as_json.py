"""A report as one JSON object; ``report.schema.json`` beside this file describes it."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.findings.coding import decoded, encoded
from grader.findings.of_errors import Diagnosis, Idea
from grader.report import CaseResult, Departure, Report, ReportError
from grader.reports import words
from grader.reports.sentences import message, place
from grader.sandbox.base import Isolation

SCHEMA_VERSION = 2
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
        "left_out": [{**encoded(found), "message": message(found)} for found in report.left_out],
        "fault": report.fault,
        "departure": _departure(report),
        "cases": [_case(case) for case in report.cases],
        "error": _error(report),
    }


def _departure(report: Report) -> dict[str, Any] | None:
    found = report.departure
    if found is None:
        return None
    told = {"place": place(found.spot) if found.spot else "", "text": words.departure(report)}
    return {"case": found.case, "line": found.line, "finding": encoded(found.found), **told}


def _error(report: Report) -> dict[str, Any] | None:
    error = report.error
    return error and {"kind": error.kind, "finding": encoded(error.finding), "message": words.error(report)}


def _case(case: CaseResult) -> dict[str, Any]:
    return {
        "name": case.name,
        "seed": case.seed,
        "visibility": case.visibility,
        "outcome": case.outcome,
        "points": case.points,
        "max_points": case.max_points,
        "situation": case.situation,
        "finding": encoded(case.finding) if case.finding else None,
        "message": message(case.finding),
        "output": case.output,
        "diagnosis": {**encoded(case.diagnosis), "text": words.diagnosis(case)} if case.diagnosis else None,
        "margin": case.margin if case.margin is None or math.isfinite(case.margin) else None,
    }


def read(given: Mapping[str, Any]) -> Report:
    """The report that ``as_object`` wrote; an infinite margin comes back as None. For what we wrote ourselves.

    Raises:
      ValueError: if it was written in another version of the schema.
    """
    if given.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(
            f"a report of schema version {SCHEMA_VERSION} is read here, got {given.get('schema_version')!r}; "
            "grade the submission again, or read the report with the version of the grader that wrote it"
        )
    isolation, departure, error = given["isolation"], given["departure"], given["error"]
    layers = Isolation(layers=tuple(isolation["layers"]), missing=tuple(isolation["missing"]), level=isolation["level"])
    return Report(
        exercise=given["exercise"],
        cases=tuple(_read_case(case) for case in given["cases"]),
        seed=given["seed"],
        seconds=given["seconds"],
        isolation=layers if layers.layers or layers.missing else None,
        error=ReportError(kind=error["kind"], finding=decoded(error["finding"])) if error else None,
        fault=given["fault"],
        note=given["note"],
        departure=Departure(case=departure["case"], found=decoded(departure["finding"])) if departure else None,
        left_out=tuple(decoded(found) for found in given["left_out"]),
    )


def _read_case(given: Mapping[str, Any]) -> CaseResult:
    finding, diagnosis = given["finding"], given["diagnosis"]
    fields = {name: value for name, value in given.items() if name != "message"}
    fields["finding"] = decoded(finding) if finding else None
    fields["diagnosis"] = diagnosis and Diagnosis(
        ideas=tuple(Idea(**idea) for idea in diagnosis["ideas"]),
        observations=tuple(decoded(one) for one in diagnosis["observations"]),
    )
    return CaseResult(**fields)
