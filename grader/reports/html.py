"""One report as a piece of HTML for a notebook: no script, no link, readable on light and on dark ground."""

import base64
import io

from grader.report import CaseResult, Report
from grader.reports import picture, words
from grader.reports.markup import Markup, cleaned, element, joined
from grader.reports.sentences import message

# Colours that keep their contrast on white and on black; all else is the notebook's own.
_COLOURS = {"right": "#2a9447", "wrong": "#d9534f", "skipped": "#9a7d0a", "not_checked": "#a05fc0"}
_MARKS = {"right": "\u2713", "wrong": "\u2717", "skipped": "\u2013", "not_checked": "?"}
_CODE = (
    "white-space:pre-wrap;margin:.4em 0;padding:.5em .8em;border-left:3px solid #8886;background:#8881;color:inherit"
)


def render(report: Report, note: str = "") -> str:
    """Renders the report.

    Args:
      report: what to show.
      note: what else is to be said of where it ran.
    """
    outcome = report.outcome
    head = element(
        "p",
        element("strong", _word(outcome), f" {cleaned(report.exercise)}"),
        f": {words.points(report)}",
        style="font-size:1.1em;margin:.2em 0",
    )
    error = element("p", cleaned(words.error(report)), style="white-space:pre-wrap") if report.error else None
    told = None if report.error else joined(_table(report), *map(_mistake, words.mistakes_told(report)))
    where = element("pre", cleaned(words.departure(report)), style=_CODE) if report.departure else None
    last = " ".join(text for text in (report.note, note) if text)
    small = element("p", cleaned(last), style="opacity:.75;font-size:.9em") if last else None
    return element("div", head, error, told, where, _picture(report), small, style="max-width:60em")


def _word(outcome: str) -> Markup:
    shown = f"{_MARKS[outcome]} {words.OUTCOMES[outcome]}"
    return element("span", shown, style=f"color:{_COLOURS[outcome]}")


def _table(report: Report) -> Markup:
    rows = (
        element(
            "tr",  # notebooks stripe tables, and some write black on it whatever the ground
            element("td", _word(case.outcome), style="text-align:left;padding:0 1em 0 0"),
            element("td", cleaned(case.name), style="text-align:left;padding:0 1em 0 0"),
            element("td", f"{case.points:g} of {case.max_points:g}", style="text-align:right;padding:0"),
            style="background:transparent;color:inherit",
        )
        for case in report.cases
    )
    style = "border-collapse:collapse;margin:.4em 0;color:inherit;font-size:inherit"
    return element("table", *rows, style=style)


def _mistake(alike: list[CaseResult]) -> Markup:
    """Cases that one sentence tells, with what they show."""
    first, names = alike[0], "; ".join(case.name for case in alike)
    parts = [
        element("p", _word(first.outcome), f" {cleaned(names)}", style="margin:.6em 0 .2em"),
        element("p", cleaned(first.situation), style="opacity:.75;margin:.1em 0;font-family:monospace"),
        element("p", cleaned(message(first.finding)), style="white-space:pre-wrap;margin:.1em 0"),
    ]
    if first.diagnosis:
        parts.append(element("p", element("strong", cleaned(words.diagnosis(first))), style="margin:.3em 0"))
    if first.output.strip():
        parts.append(element("pre", cleaned(f"it printed:\n{first.output.rstrip()}", 1000), style=_CODE))
    return element("div", *parts)


def _picture(report: Report) -> Markup | None:
    """The error of the first wrong case, where it can be drawn."""
    if report.error_map is None or not picture.AVAILABLE:
        return None
    made = io.BytesIO()
    picture.save(report.error_map, made)
    data = base64.b64encode(made.getvalue()).decode("ascii")
    style = "max-width:100%;background:white"
    return element("img", src=f"data:image/png;base64,{data}", alt="the error by position and channel", style=style)
