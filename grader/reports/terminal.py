"""A report for a person at a terminal; plain text of the same words where there is no colour."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.report import CaseResult, Report
from grader.reports import words
from grader.reports.sentences import message
from grader.text import no_command

WORDS = {
    "right": Text("right", style="green"),
    "wrong": Text("WRONG", style="bold red"),
    "skipped": Text("skip", style="yellow"),
    "not_checked": Text("not checked", style="magenta"),
}
INDENT = 9
PRINTED_LINES = 6
FAR = 1e6  # times what is allowed, from which on farther says no more
TELLING = 100  # a case shows a mistake well enough if its error is no more than so many times below the largest


def render(report: Report, console: Console, *, command: str) -> str:
    """Renders the report.

    Args:
      report: what to show.
      console: gives width and colours.
      command: the command that reproduces this run; it is never wrapped, so that it can be pasted. Empty for none.
    """
    with console.capture() as captured:
        console.print(_header(report), _body(report), *_footer(report), sep="\n")
    # Rich fills indented lines up to the console's width; in a file those blanks are noise.
    lines = [line.rstrip(" ") for line in captured.get().splitlines()]
    if not command:
        return no_command("\n".join(lines if report.seed is None else [*lines, f"Seed {report.seed}."]))
    hidden = "The inputs are hidden. To see values, on inputs of its own"
    again = hidden if report.seed is None else f"Seed {report.seed}. Reproduce with"
    return no_command("\n".join([*lines, f"{again}:", f"  {command}"]))


def _body(report: Report) -> RenderableType:
    if not report.error:
        cases = (_case(case, _told_by(case, report.cases)) for case in report.cases)
        where = [Padding(Text(words.departure(report), style="cyan"), (1, 0, 0, 2))] if report.departure else []
        done = [Text("  All is right.", style="green")] if report.outcome == "right" else []
        return Group(*cases, *where, *done)
    word = WORDS["not_checked" if report.fault else "wrong"]
    return Group(Text.assemble("  ", word), _indented(Text(words.error(report))), *_printed(report.cases[0]))


def _header(report: Report) -> RenderableType:
    right = sum(case.outcome == "right" for case in report.cases)
    score = f"{right} of {len(report.cases)} cases, {report.score:g} of {report.max_score:g} points"
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(ratio=1, overflow="fold")
    grid.add_column(justify="right")
    grid.add_row(Text(report.exercise, style="bold"), Text(score))
    return grid


def _case(case: CaseResult, told: CaseResult) -> RenderableType:
    """One case; ``told`` is the case whose details serve for this one too, or the case itself."""
    head = Text.assemble("  ", WORDS[case.outcome], " " * max(1, 7 - len(WORDS[case.outcome])), case.name)
    if case.outcome == "skipped":
        return Text.assemble(head, (f": {message(case.finding)}", "dim"))
    if told is not case:
        return Text.assemble(head, (f': the same as in "{told.name}"', "dim"))
    parts: list[RenderableType] = [head]
    if case.outcome != "right":
        parts += [_indented(Text(case.situation, style="dim")), _indented(Text(message(case.finding)))]
    if case.diagnosis:
        parts.append(_indented(Text(words.diagnosis(case), style="cyan")))
    if case.outcome == "wrong":
        parts += _printed(case)
    return Group(*parts)


def _told_by(case: CaseResult, cases: tuple[CaseResult, ...]) -> CaseResult:
    """Of the cases that go wrong in the same way, the one that is shown: the first that is far off, else the first."""
    if case.outcome != "wrong":
        return case
    if case.diagnosis:
        alike = [c for c in cases if c.diagnosis == case.diagnosis]
        margins = [min(c.margin or 0.0, FAR) for c in alike]
        return next(c for c, margin in zip(alike, margins, strict=True) if margin >= max(margins) / TELLING)
    return next(c for c in cases if c is case or (c.outcome == "wrong" and c.finding == case.finding))


def _printed(case: CaseResult) -> Iterator[RenderableType]:
    """The first lines of what the submission printed."""
    lines = case.output.rstrip().splitlines()
    if lines:
        more = [f"({len(lines) - PRINTED_LINES} more lines)"] if len(lines) > PRINTED_LINES else []
        yield _indented(Text("\n".join(["it printed:", *lines[:PRINTED_LINES], *more]), style="dim"))


def _footer(report: Report) -> Iterator[RenderableType]:
    if report.isolation:
        layers, missing = (
            ", ".join(names) or "nothing" for names in (report.isolation.layers, report.isolation.missing)
        )
        use = ": for feedback, not for grading" if report.isolation.level == "none" else ""
        yield Text(f"ran in {report.seconds:.1f} s; isolated by: {layers}", style="dim")
        if report.note:
            yield Text(report.note, style="dim")
        yield Text(f"isolation level {report.isolation.level}{use}; not isolated: {missing}", style="dim")


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, INDENT), expand=False)
