"""A class's points in Canvas' own gradebook export: one column is filled."""

import re

from grader.classroom.reports.grade_column import Column, fill, to_enter
from grader.classroom.reports.people import Row, place
from grader.classroom.reports.sheet import Filled, Sheet, few
from grader.classroom.results import Batch
from grader.reports.errors import FormatError
from grader.reports.escaping import one_line

KEYS = ("SIS Login ID", "SIS User ID", "ID", "Integration ID")
POINTS = "points possible"
_WITH_ID = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)


def render(batch: Batch, export: str, column: str | None = None) -> Filled:
    """Fills the column of an assignment.

    Args:
      batch: the results.
      export: the gradebook as Canvas exports it.
      column: heading of the column; by default the exercise's title or name.

    Raises:
      FormatError: if that is no such export, or it has no such column.
    """
    sheet = Sheet.read(export)
    if sheet.column("Student", "LastName") is None or sheet.column(*KEYS) is None:
        raise FormatError(
            "the export is not Canvas' gradebook: it needs the columns Student and ID; its first line says: "
            f"{few(sheet.header)}"
        )
    index = _index(sheet, batch, column)
    points = next((row for row in sheet.rows() if POINTS in sheet.value(row, 0).casefold()), None)
    possible = sheet.value(points, index) if points is not None else ""
    if "read only" in possible:
        raise FormatError(f'the column "{one_line(sheet.header[index], 100)}" is read only in Canvas; name another')
    people = [_row(sheet, row) for row in sheet.rows() if row != points]
    return fill(sheet, place(to_enter(batch), people), Column(index=index, most=lambda _: possible), batch)


def _index(sheet: Sheet, batch: Batch, column: str | None) -> int:
    """Of the one column that is meant."""
    wanted = {_alike(name) for name in ([column] if column else [batch.title, batch.exercise]) if name}
    named = [(heading.strip(), _WITH_ID.fullmatch(heading.strip())) for heading in sheet.header]
    meant = [
        number
        for number, (heading, parts) in enumerate(named)
        if _alike(heading) in wanted or (parts and _alike(parts["title"]) in wanted)
    ]
    if len(meant) == 1:
        return meant[0]
    there = few([heading for heading, parts in named if parts]) or "none"
    what = one_line(column or batch.title or batch.exercise, 100)
    found = "no column" if not meant else "several columns"
    raise FormatError(f'the export has {found} called "{what}"; say which with --column; assignments there: {there}')


def _row(sheet: Sheet, row: int) -> Row:
    last, first = (sheet.value(row, sheet.column(name)) for name in ("LastName", "FirstName"))
    names = (sheet.value(row, sheet.column("Student")), f"{last}, {first}" if last or first else "")
    return Row(number=row, keys=tuple(sheet.value(row, sheet.column(key)) for key in KEYS), names=names)


def _alike(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", heading).casefold().strip()
