"""A report for a step of GitHub's Actions: the report for its log, and annotations at the lines of the file.

A program may print ``::error::`` and more, and GitHub's runner would obey it; so the log stands between two marks that
only we know, and whatever stands in an annotation is escaped. The terminal's and the table's lines are no commands
either; the other formats are for programs, and go to a file.
"""

from collections.abc import Iterator

from grader.report import Report
from grader.reports import words
from grader.reports.escaping import github_message, github_property, one_line

MOST = 10  # annotations of one kind that GitHub shows of a step
NAMED = 5  # cases in a title


def render(report: Report, *, file: str, log: str, token: str) -> str:
    """Renders the report.

    Args:
      report: what to show.
      file: the submission, relative to the repository.
      log: the report as a person reads it.
      token: something that no program could have known when it ran.
    """
    shown = list(_annotations(report, file))
    if len(shown) > MOST:
        last = _command("error", f"{len(shown) - MOST + 1} more mistakes: see the log", file=file)
        shown = [*shown[: MOST - 1], last]
    return "\n".join([f"::stop-commands::{token}", log, f"::{token}::", *shown])


def _annotations(report: Report, file: str) -> Iterator[str]:
    if report.outcome == "right":
        yield _command("notice", f"All is right: {words.points(report)}.", file=file, title=report.exercise)
        return
    if report.error or not report.cases:
        kind = "warning" if report.fault else "error"
        message = words.error(report) or "nothing was graded"
        yield _command(kind, message, file=file, title=f"{report.exercise}: {words.points(report)}")
        return
    for alike in words.mistakes_told(report):
        first = alike[0]
        kind = "error" if first.outcome == "wrong" else "warning"
        names = [case.name for case in alike[:NAMED]] + [f"{len(alike) - NAMED} more"] * (len(alike) > NAMED)
        line = words.line_of(first, report)
        yield _command(kind, words.why(first, report), file=file, line=line, title="; ".join(names))


def _command(kind: str, message: str, *, file: str, line: int | None = None, title: str = "") -> str:
    properties = {"file": file, "line": str(line) if line else "", "title": one_line(title, 200)}
    given = ",".join(f"{key}={github_property(value)}" for key, value in properties.items() if value)
    return f"::{kind} {given}::{github_message(message)}" if given else f"::{kind}::{github_message(message)}"
