"""A report as Markdown, such as GitHub's summary of a step."""

from collections.abc import Iterator, Sequence

from grader.report import CaseResult, Report
from grader.reports import words
from grader.reports.escaping import markdown, markdown_block, within

SIZE = 1 << 20  # bytes that GitHub takes of a step; all is lost where there are more
CUT = "*The rest was left out: GitHub shows at most 1 MiB of a summary.*"


def render(report: Report) -> str:
    """Renders the report.

    Args:
      report: what to show.
    """
    return within("\n".join(_lines(report)) + "\n", SIZE, CUT)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: str = "") -> Iterator[str]:
    """A table of cells that are Markdown already.

    Args:
      headings: of the columns.
      rows: cells.
      right: a mark a column; "r" has it set to the right.
    """
    yield f"| {' | '.join(headings)} |"
    yield "|" + "|".join("---:" if mark == "r" else "---" for mark in right.ljust(len(headings))) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _lines(report: Report) -> Iterator[str]:
    yield f"## {markdown(report.exercise) or 'grader'}: {words.points(report)}"
    yield ""
    if report.error:
        yield markdown(words.error(report), 2000)
        yield ""
    else:
        rows = [_row(case) for case in report.cases]
        yield from table(("", "case", "points"), rows, "  r")
        yield from _details(report)
    if report.isolation:
        missing = ", ".join(report.isolation.missing) or "nothing"
        yield f"Isolation level {report.isolation.level}; not isolated: {markdown(missing)}."
    if report.note:
        yield markdown(report.note, 2000)


def _row(case: CaseResult) -> tuple[str, str, str]:
    word = words.OUTCOMES[case.outcome]
    shown = f"**{word}**" if case.outcome in ("wrong", "not_checked") else word
    return shown, markdown(case.name), f"{case.points:g} of {case.max_points:g}"


def _details(report: Report) -> Iterator[str]:
    """Why cases are not right, every mistake once."""
    shown = set()
    for alike in words.mistakes_told(report):
        shown.add(alike[0].name)
        yield f"### {markdown('; '.join(case.name for case in alike))}"
        yield ""
        yield markdown_block(words.why(alike[0], report))
        yield ""
    if report.departure and report.departure.case not in shown:
        yield markdown_block(words.departure(report))
        yield ""
