"""A class as CSV for a spreadsheet, a row a student."""

import csv
import io
from datetime import UTC

from grader.classroom.results import Batch, Grade
from grader.reports import words
from grader.reports.escaping import cell

MARK = "\ufeff"  # without it Excel takes UTF-8 for another encoding
COLUMNS = (
    *("student", "name", "file", "outcome", "score", "max", "misconceptions", "not checked because"),
    *("graded (UTC)", "sha256"),
)


def render(batch: Batch) -> str:
    """Renders a class's results.

    Args:
      batch: the results.
    """
    cases = tuple(dict.fromkeys(case.name for grade in batch.grades for case in grade.report.cases))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow([*COLUMNS, *(cell(f"case: {name}") for name in cases)])
    rows.writerows(_row(grade, cases) for grade in batch.grades)
    return MARK + text.getvalue()


def _row(grade: Grade, cases: tuple[str, ...]) -> list[str]:
    report = grade.report
    outcomes = {case.name: words.OUTCOMES[case.outcome] for case in report.cases}
    return [
        cell(grade.student),
        cell(grade.name),
        cell(grade.file),
        words.OUTCOMES[report.outcome],
        "" if report.outcome == "not_checked" else f"{report.score:g}",
        f"{report.max_score:g}",
        cell(", ".join(idea.name for idea in report.ideas)),
        cell(words.reason(report)),
        grade.graded.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        cell(grade.sha256),
        *(outcomes.get(name, "") for name in cases),
    ]
