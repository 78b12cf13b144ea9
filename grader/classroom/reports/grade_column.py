"""What filling Canvas' and Moodle's exports have in common."""

from collections.abc import Callable
from dataclasses import dataclass, field

from grader.classroom.reports.people import Placed
from grader.classroom.reports.sheet import Filled, Sheet, few, number, written
from grader.classroom.results import Batch, Grade

EXCUSED = "ex"  # as Canvas says it


@dataclass(kw_only=True)
class _Count:
    """What became of everybody."""

    filled: int = 0
    replaced: int = 0
    unscaled: bool = False
    scales: set[str] = field(default_factory=set)
    excused: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Column:
    """Where points go.

    Attributes:
      index: of the column.
      most: row -> what its cell says of the most points.
      may_change: row -> whether it may be written.
      beside: row, grade -> what else to write, as column and text.
    """

    index: int
    most: Callable[[int], str]
    may_change: Callable[[int], bool] = lambda _: True
    beside: Callable[[Grade], dict[int, str]] = lambda _: {}


def to_enter(batch: Batch) -> tuple[Grade, ...]:
    """Those who have points: a fault of ours is no zero, and what nothing is worth is for the teacher to say."""
    return tuple(g for g in batch.grades if g.report.outcome != "not_checked" and not _nothing(g))


def fill(sheet: Sheet, placed: Placed, column: Column, batch: Batch) -> Filled:
    """Writes everybody's points.

    Args:
      sheet: the export.
      placed: whose row is whose.
      column: where points go.
      batch: the results.
    """
    count = _Count()
    for row, grade in sorted(placed.rows.items()):
        _enter(sheet, row, grade, column, count)
    left_out = [*(g.student for g in (*placed.unknown, *placed.twice)), *count.excused, *count.locked]
    return Filled(text=sheet.text(), notes=tuple(_notes(batch, placed, count)), left_out=tuple(left_out))


def _enter(sheet: Sheet, row: int, grade: Grade, column: Column, count: _Count) -> None:
    before = sheet.value(row, column.index)
    if before.casefold() == EXCUSED:
        count.excused.append(grade.student)
        return
    if not column.may_change(row):
        count.locked.append(grade.student)
        return
    points, most = grade.report.score, grade.report.max_score
    given = number(column.most(row))
    count.unscaled |= given is None
    if given and most and given != most:
        count.scales.add(f"{most:g} points are {given:g} there")
        points = points / most * given
    now = number(before)
    count.filled += 1
    count.replaced += bool(before) and (now is None or written(now) != written(points))
    sheet.put(row, column.index, written(points))
    for at, text in column.beside(grade).items():
        sheet.put(row, at, text)


def _notes(batch: Batch, placed: Placed, count: _Count) -> list[str]:
    told = [f"{count.filled} students' points were filled in"]
    told += [f"scaled: {'; '.join(sorted(count.scales))}"] if count.scales else []
    told += ["what the most points are is not said there, so that nothing was scaled"] if count.unscaled else []
    told += [f"{count.replaced} of the cells held something else before"] if count.replaced else []
    unchecked = [g.student for g in batch.grades if g.report.outcome == "not_checked"]
    groups = {
        "no row is known to be theirs": [f"{g.student} ({g.name})" for g in placed.unknown],
        "several of them would share a row": [g.student for g in placed.twice],
        "excused, left as they are": count.excused,
        "their cells may not be changed": count.locked,
        "not checked, left as they are": unchecked,
        "handed in nothing, left as they are": [g.student for g in batch.grades if _nothing(g)],
    }
    return told + [f"{why}: {few(who)}" for why, who in groups.items() if who]


def _nothing(grade: Grade) -> bool:
    return grade.report.error is not None and grade.report.error.kind == "nothing"
