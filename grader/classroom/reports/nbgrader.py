"""A class with the columns of nbgrader's own export, for whatever reads that."""

import csv
import io

from grader.classroom.results import Batch, Grade
from grader.reports.escaping import cell

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def render(batch: Batch) -> str:
    """Renders a class's results. Of what we do not know - when it was due, when handed in - nothing is said.

    Args:
      batch: the results.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(_row(grade, batch) for grade in batch.grades)
    return text.getvalue()


def _row(grade: Grade, batch: Batch) -> list[str]:
    last, _, first = grade.name.partition(",")  # "Lovelace, Ada"; where there is no comma, we do not guess
    score = "" if grade.report.outcome == "not_checked" else str(float(grade.report.score))
    email = cell(grade.student) if "@" in grade.student else ""
    who = [cell(grade.student), cell(last.strip()), cell(first.strip()), email]
    return [cell(batch.exercise), "", "", *who, score, "0.0", score, str(float(grade.report.max_score))]
