"""The formats of one report, by name."""

import secrets
from dataclasses import dataclass

from rich.console import Console

from grader.report import Report
from grader.reports import as_json, github, gradescope, junit, markdown, terminal

NAMES = ("terminal", "json", "junit", "gradescope", "github", "markdown")


@dataclass(frozen=True, kw_only=True)
class Where:
    """What formats for people need beside the report.

    Attributes:
      console: gives width and colours.
      file: the submission, as whoever reads it calls it.
      command: what reproduces the run; empty for none.
    """

    console: Console
    file: str
    command: str


def render(name: str, report: Report, where: Where) -> str:
    """Renders a report in the format of that name.

    Raises:
      FormatError: where that format cannot say it.
    """
    match name:
        case "json":
            return as_json.render(report)
        case "junit":
            return junit.render(report)
        case "gradescope":
            return gradescope.render(report)
        case "markdown":
            return markdown.render(report)
        case "github":
            log = terminal.render(report, where.console, command=where.command)
            return github.render(report, file=where.file, log=log, token=secrets.token_hex(16))
    return terminal.render(report, where.console, command=where.command)
