"""A class for a person at a terminal: what it comes to, then a line a student."""

import io
from collections import Counter
from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from grader.batch.result import Batch
from grader.batch.summary import BINS, Summary, summarised
from grader.reports import words
from grader.reports.escaping import one_line

WIDTH = 100
BAR = 40  # columns
NAME_CAP = 60
REASON_CAP = 300
STYLES = {"right": "green", "wrong": "red", "not_checked": "magenta", "skipped": "yellow"}


def render(batch: Batch, console: Console | None = None) -> str:
    """Renders a class's results.

    Args:
      batch: the results.
      console: gives width and colours; without one, text of 100 columns.
    """
    console = console or Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    with console.capture() as captured:
        for part in _parts(batch, summarised(batch)):
            console.print(part)
    return "\n".join(line.rstrip(" ") for line in captured.get().splitlines())


def _parts(batch: Batch, told: Summary) -> Iterator[RenderableType]:
    yield Text.assemble((batch.exercise, "bold"), f"  {one_line(batch.title, REASON_CAP)}")
    yield _counts(batch, told)
    if batch.practice:
        yield Text(f"not for grades: {one_line(batch.practice, REASON_CAP)}", style="yellow")
    yield from _titled("points", _histogram(told, batch.max_score))
    if told.misconceptions:
        yield from _titled("mistakes", _ranked(list(told.misconceptions.items()), len(batch.grades)))
    yield from _titled("cases, by how many got them right", _cases(batch))
    yield from _titled("students", _students(batch))
    if told.not_checked:
        rows = _grid(Column(overflow="fold"), Column(ratio=1))
        for student, reason in told.not_checked:
            rows.add_row("", Text(one_line(student, NAME_CAP)), Text(one_line(reason, REASON_CAP)))
        yield from _titled("not checked", rows)
    if told.duplicates:
        alike = [" = ".join(one_line(student, NAME_CAP) for student in group) for group in told.duplicates]
        yield from _titled("the same text", Text("\n".join(f"  {group}" for group in alike)))


def _counts(batch: Batch, told: Summary) -> Text:
    text = Text(f"{len(batch.grades)} students")
    for name, number in told.outcomes.items():
        text.append(f"  {number} {words.OUTCOMES[name]}", style=STYLES[name] if number else "dim")
    return text.append(f"  mean {told.mean:.1f}, median {told.median:g} of {batch.max_score:g} points")


def _titled(title: str, what: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold")
    yield what


def _grid(*columns: Column) -> Table:
    return Table.grid(Column(width=0), *columns, padding=(0, 2, 0, 0))


def _histogram(told: Summary, most: float) -> Table:
    rows = _grid(Column(justify="right"), Column(justify="right"), Column())
    highest = max(told.scores, default=0)
    for number, count in enumerate(told.scores):
        low, high = (most * edge / BINS for edge in (number, number + 1))
        rows.add_row("", f"{low:g} to {high:g}", str(count), _bar(count, highest))
    return rows


def _ranked(items: list[tuple[str, int]], whole: int) -> Table:
    rows = _grid(Column(justify="right"), Column(overflow="fold"), Column())
    for name, count in items:
        rows.add_row("", str(count), Text(one_line(name, NAME_CAP)), _bar(count, whole))
    return rows


def _cases(batch: Batch) -> Table:
    cases = [case for grade in batch.grades for case in grade.report.cases]
    asked = Counter(case.name for case in cases)
    right = Counter(case.name for case in cases if case.outcome == "right")
    ranked = sorted(asked, key=lambda name: right[name] / asked[name])
    return _ranked([(name, right[name]) for name in ranked], len(batch.grades))


def _students(batch: Batch) -> Table:
    rows = _grid(Column(overflow="fold"), Column(overflow="fold"), Column(), Column(justify="right"), Column(ratio=1))
    for grade in batch.grades:
        report = grade.report
        told = words.reason(report) or (report.error.message if report.error else ", ".join(words.mistakes(report)))
        rows.add_row(
            "",
            Text(one_line(grade.student, NAME_CAP)),
            Text(one_line(grade.name, NAME_CAP) if grade.name != grade.student else ""),
            Text(words.OUTCOMES[report.outcome], style=STYLES[report.outcome]),
            "" if report.outcome == "not_checked" else f"{report.score:g}",
            Text(one_line(told, REASON_CAP), style="dim"),
        )
    return rows


def _bar(count: int, whole: int) -> Text:
    """A bar; none but zero is invisible."""
    return Text("█" * (-(-count * BAR // whole) if whole else 0), style="cyan")
