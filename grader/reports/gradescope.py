"""A report as Gradescope's ``results.json``.

Every test is visible, also of a hidden run: that one's report holds nothing that a learner must not see, and a single
hidden test would take the total from the learner. What the grader prints is hidden: a hidden run tells its seed there.
"""

import json
from typing import Any

from grader.report import CaseResult, Report
from grader.reports import words
from grader.reports.errors import FormatError
from grader.text import plain

NAME_CAP = 200
OUTPUT_CAP = 20_000


def render(report: Report) -> str:
    """Renders the report.

    Args:
      report: what to show.

    Raises:
      FormatError: where it was not checked: whatever stood there, Gradescope would take for the learner's points.
    """
    if report.outcome == "not_checked":
        raise FormatError(
            f"Gradescope would take it for no points, and nothing was checked: {plain(words.reason(report), 300)}; "
            "without results.json it says that the autograder failed, and lets you run it again"
        )
    return json.dumps(as_object(report), allow_nan=False, indent=1)


def as_object(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    return {
        "score": report.score,
        "execution_time": round(report.seconds, 3),
        "output": plain(_overall(report), OUTPUT_CAP),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(number, case, report) for number, case in enumerate(report.cases, 1)],
    }


def _overall(report: Report) -> str:
    """What is said above the tests."""
    lines = [f"{report.exercise}: {words.points(report)}"]
    lines += [words.error(report)] if report.error else []
    lines += [words.departure(report)] if report.departure else []
    if any(case.outcome == "not_checked" for case in report.cases):
        lines.append("The grader failed in a case, which is not the submission's fault: tell whoever teaches you.")
    return "\n\n".join([*lines, *([report.note] if report.note else [])])


def _test(number: int, case: CaseResult, report: Report) -> dict[str, Any]:
    told = words.why(case, report) if case.outcome != "right" else ""
    printed = f"\n\nit printed:\n{case.output.rstrip()}" if case.outcome == "wrong" and case.output.strip() else ""
    word = "" if case.outcome in ("right", "wrong") else f" ({words.OUTCOMES[case.outcome]})"
    return {
        "number": str(number),
        "name": plain(case.name, NAME_CAP) + word,
        "score": case.points,
        "max_score": case.max_points,
        "status": "passed" if case.outcome == "right" else "failed",
        "output": plain(told + printed, OUTPUT_CAP),
        "output_format": "text",
        "visibility": "visible",
    }
