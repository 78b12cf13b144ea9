"""A class's points in Moodle's own offline grading worksheet: grades, and a report in words as feedback.

Headings are in the language of the site. Two columns are known by where they stand: the first is the identifier, and
the most points stand right of the grade. Where grades go may be named; comments go under "Feedback comments", if there.
"""

import re
from dataclasses import replace

from grader.classroom.reports.grade_column import Column, fill, to_enter
from grader.classroom.reports.people import Row, place
from grader.classroom.reports.sheet import Filled, Sheet, few
from grader.classroom.results import Batch, Grade
from grader.reports.errors import FormatError
from grader.reports.escaping import cell, one_line, web
from grader.reports.words import in_words

KEYS = ("ID number", "Username", "Email address")
_PARTICIPANT = re.compile(r"\D*(\d+)")


def render(batch: Batch, export: str, column: str | None = None) -> Filled:
    """Fills the grades and, where there is a column for them, the feedback comments.

    Args:
      batch: the results.
      export: the worksheet as Moodle exports it.
      column: heading of the grades; by default "Grade".

    Raises:
      FormatError: if that is no such worksheet.
    """
    sheet = Sheet.read(export)
    index = sheet.column(column or "Grade")
    if index is None or index == 0:
        what = one_line(column or "Grade", 100)
        raise FormatError(
            f'the worksheet has no column "{what}" right of its identifiers; say which holds the grades with --column; '
            f"its columns: {few(sheet.header, 20)}"
        )
    comments, locked = sheet.column("Feedback comments"), sheet.column("Grade can be changed")
    most = sheet.column("Maximum grade")
    most = index + 1 if most is None else most
    placed = place(to_enter(batch), [_row(sheet, row) for row in sheet.rows()])
    target = Column(
        index=index,
        most=lambda row: sheet.value(row, most),
        may_change=lambda row: sheet.value(row, locked).casefold() != "no",
        beside=lambda grade: {} if comments is None else {comments: _feedback(grade)},
    )
    filled = fill(sheet, placed, target, batch)
    if comments is not None:
        return filled
    told = 'there is no column "Feedback comments", so that only grades were filled in'
    return replace(filled, notes=(*filled.notes, told))


def _row(sheet: Sheet, row: int) -> Row:
    identifier = sheet.value(row, 0)
    participant = _PARTICIPANT.fullmatch(identifier)
    email = sheet.value(row, sheet.column("Email address"))
    keys = (identifier, participant[1] if participant else "", email.partition("@")[0])
    first, last = (sheet.value(row, sheet.column(name)) for name in ("First name", "Last name"))
    names = (sheet.value(row, sheet.column("Full name")), f"{last}, {first}" if last or first else "")
    return Row(number=row, keys=(*keys, *(sheet.value(row, sheet.column(key)) for key in KEYS)), names=names)


def _feedback(grade: Grade) -> str:
    """As Moodle takes it: HTML in one line."""
    return cell(web(in_words(grade.report)))
