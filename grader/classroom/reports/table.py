"""A class for a person at a terminal: what it comes to, then a line a student."""

import io
from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.table import Column, Table
from rich.text import Text

from grader.classroom import statistics
from grader.classroom.results import Batch
from grader.reports import words
from grader.reports.escaping import one_line
from grader.text import no_command

WIDTH = 100
BAR = 40  # columns
NAME_CAP = 60
REASON_CAP = 300
STYLES = {"right": "green", "wrong": "red", "not_checked": "magenta", "nothing": "yellow"}


def render(batch: Batch, console: Console | None = None) -> str:
    """Renders a class's results.

    Args:
      batch: the results.
      console: gives width and colours; without one, text of 100 columns.
    """
    console = console or Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    with console.capture() as captured:
        for part in _parts(batch):
            console.print(part)
    return no_command("\n".join(line.rstrip(" ") for line in captured.get().splitlines()))


def _parts(batch: Batch) -> Iterator[RenderableType]:
    yield Text.assemble((batch.exercise, "bold"), f"  {one_line(batch.title, REASON_CAP)}")
    scores, ideas = statistics.distribution(batch), statistics.misconceptions(batch)
    yield _counts(batch, scores)
    if batch.practice:
        yield Text(f"not for grades: {one_line(batch.practice, REASON_CAP)}", style="yellow")
    if scores.count:
        yield from _titled("points", _histogram(scores.bins))
    if ideas:
        yield from _titled("mistakes", _ranked([(i.name, len(i.grades)) for i in ideas], len(batch.grades)))
    yield from _titled("cases, by how many got them right", _cases(batch))
    yield from _titled("students", _students(batch))
    unchecked = [(grade.student, why) for grade in batch.grades if (why := words.reason(grade.report))]
    if unchecked:
        rows = _grid(Column(overflow="fold"), Column(ratio=1))
        for student, why in unchecked:
            rows.add_row("", Text(one_line(student, NAME_CAP)), Text(one_line(why, REASON_CAP)))
        yield from _titled("not checked", rows)
    if same := statistics.duplicates(batch):
        alike = [" = ".join(one_line(grade.student, NAME_CAP) for grade in group) for group in same]
        yield from _titled("the same text", Text("\n".join(f"  {group}" for group in alike)))


def _counts(batch: Batch, scores: statistics.Distribution) -> Text:
    text = Text(f"{len(batch.grades)} students")
    for name, number in statistics.standings(batch).items():
        text.append(f"  {number} {words.STANDINGS[name]}", style=STYLES[name] if number else "dim")
    if not scores.count:
        return text
    return text.append(f"  mean {scores.mean:.1f}, median {scores.median:g} of {batch.max_score:g} points")


def _titled(title: str, what: RenderableType) -> Iterator[RenderableType]:
    yield Text(f"\n{title}", style="bold")
    yield what


def _grid(*columns: Column) -> Table:
    return Table.grid(Column(width=0), *columns, padding=(0, 2, 0, 0))


def _histogram(bins: Sequence[statistics.Bin]) -> Table:
    rows = _grid(Column(justify="right"), Column(justify="right"), Column())
    highest = max((b.count for b in bins), default=0)
    for b in bins:
        edges = f"{b.low:g} to {b.high:g}" if b.low < b.high else f"{b.high:g}"
        rows.add_row("", edges, str(b.count), _bar(b.count, highest))
    return rows


def _ranked(items: list[tuple[str, int]], whole: int) -> Table:
    rows = _grid(Column(justify="right"), Column(overflow="fold"), Column())
    for name, count in items:
        rows.add_row("", str(count), Text(one_line(name, NAME_CAP)), _bar(count, whole))
    return rows


def _cases(batch: Batch) -> Table:
    ranked = sorted(statistics.items(batch), key=lambda item: item.right)
    return _ranked([(item.name, item.right) for item in ranked], len(statistics.checked(batch)))


def _students(batch: Batch) -> Table:
    rows = _grid(Column(overflow="fold"), Column(overflow="fold"), Column(), Column(justify="right"), Column(ratio=1))
    for grade in batch.grades:
        report = grade.report
        told = words.reason(report) or words.error(report) or ", ".join(idea.name for idea in report.ideas)
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
