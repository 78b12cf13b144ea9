"""What every format says of a report, in the same words."""

from grader.report import CaseResult, Report
from grader.reports import diagnosis_in_words
from grader.reports.sentences import message

OUTCOMES = {"right": "right", "wrong": "wrong", "skipped": "skipped", "not_checked": "not checked"}
# How a student of a class stands.
STANDINGS = {"right": "right", "wrong": "wrong", "not_checked": "not checked", "nothing": "nothing handed in"}
# Why a program failed as a whole, by the error's kind; kinds that are not here are shown as they are.
KINDS = {
    "nothing": "nothing handed in",
    "grader": "the grader failed",
    "not_read": "the file cannot be read",
    "which_file": "several files handed in",
    "no_program": "no program handed in",
    "link": "a link handed in",
    "text": "a text handed in",
    "too_long": "takes too long to read",
    "notebook": "a notebook that cannot be read",
    "empty": "an empty file",
    "starter": "the starter as it was",
    "too_large": "the file is too large",
    "encoding": "the file is not UTF-8 text",
    "null_bytes": "the file is not a text file",
    "syntax": "Python cannot read the file",
    "import": "an import failed",
    "forbidden": "calls what is not allowed",
    "memory": "out of memory",
    "blocked": "touched files or the network",
    "exited": "the program ended itself",
    "missing": "the entry is not defined",
    "not_module": "the entry is not a Flax module",
    "not_function": "the entry is not a function",
    "constructor": "the entry takes other arguments",
    "raised": "raised an exception as it loaded",
    "time": "stopped: too slow",
    "threads": "stopped: too many threads",
    "answers": "stopped: too much returned",
    "garbled": "ended without an answer",
    "broken": "ended without an answer",
    "gone": "crashed",
}


def points(report: Report) -> str:
    """How far it is right."""
    right = sum(case.outcome == "right" for case in report.cases)
    return f"{right} of {len(report.cases)} cases, {report.score:g} of {report.max_score:g} points"


def why(case: CaseResult, report: Report) -> str:
    """Why a case is not right, with what the mistake is and where, a line or more each."""
    parts = [case.situation, message(case.finding), diagnosis(case)]
    if report.departure and report.departure.case == case.name:
        parts.append(departure(report))
    return "\n".join(part for part in parts if part)


def line_of(case: CaseResult, report: Report) -> int | None:
    """The line of the submission that a case went wrong at, if it is known."""
    return report.departure.line if report.departure and report.departure.case == case.name else None


def mistakes_told(report: Report) -> list[list[CaseResult]]:
    """Cases that are wrong, or that the grader failed in, together where one sentence tells them all.

    The first of each is the one to tell: that whose line is known, if there is one.
    """
    told: dict[object, list[CaseResult]] = {}
    for case in report.cases:
        if case.outcome in ("wrong", "not_checked"):
            told.setdefault((case.outcome, case.diagnosis or case.finding), []).append(case)
    first = report.departure.case if report.departure else ""
    return [sorted(alike, key=lambda case: case.name != first) for alike in told.values()]


def diagnosis(case: CaseResult) -> str:
    """What a wrong case shows, with a question at the end; empty where nothing is known."""
    return diagnosis_in_words.text(case.diagnosis) if case.diagnosis else ""


def departure(report: Report) -> str:
    """Where the program goes wrong; empty where that is not known."""
    return diagnosis_in_words.line(report.departure.found) if report.departure else ""


def error(report: Report) -> str:
    """Why the submission as a whole could not be graded; empty where it could."""
    return message(report.error.finding) if report.error else ""


def reason(report: Report) -> str:
    """Why it was not checked; empty where it was."""
    if report.outcome != "not_checked":
        return ""
    if report.error:
        return error(report)
    return next((message(case.finding) for case in report.cases if case.outcome == "not_checked"), "nothing was graded")


def in_words(report: Report) -> str:
    """The report as plain lines, every mistake once, for a field of feedback."""
    lines = [f"{points(report)}."]
    if report.error:
        return "\n".join([*lines, error(report)])
    for alike in mistakes_told(report):
        names = "; ".join(case.name for case in alike)
        lines.append(f"{OUTCOMES[alike[0].outcome]}: {names}\n{why(alike[0], report)}")
    skipped = "; ".join(case.name for case in report.cases if case.outcome == "skipped")
    lines += [f"skipped, as others must be right first: {skipped}"] if skipped else []
    return "\n".join([*lines, *([report.note] if report.note else [])])
