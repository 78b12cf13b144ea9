"""What every format says of a report, in the same words."""

from grader.report import CaseResult, Report

OUTCOMES = {"right": "right", "wrong": "wrong", "skipped": "skipped", "not_checked": "not checked"}


def points(report: Report) -> str:
    """How far it is right."""
    right = sum(case.outcome == "right" for case in report.cases)
    return f"{right} of {len(report.cases)} cases, {report.score:g} of {report.max_score:g} points"


def why(case: CaseResult, report: Report) -> str:
    """Why a case is not right, with what the mistake is and where, a line or more each."""
    parts = [case.situation, case.message]
    if case.diagnosis:
        parts.append(case.diagnosis.text)
    if report.departure and report.departure.case == case.name:
        parts.append(report.departure.text)
    return "\n".join(part for part in parts if part)


def line_of(case: CaseResult, report: Report) -> int | None:
    """The line of the submission that a case went wrong at, if it is known."""
    if case.diagnosis and case.diagnosis.line:
        return case.diagnosis.line
    return report.departure.line if report.departure and report.departure.case == case.name else None


def mistakes(report: Report) -> tuple[str, ...]:
    """Names of the misconceptions that its wrong cases show, in order; two at once are two."""
    named = (case.diagnosis.misconception.split("+") for case in report.cases if case.diagnosis)
    return tuple(dict.fromkeys(name.strip() for names in named for name in names if name.strip()))


def reason(report: Report) -> str:
    """Why it was not checked; empty where it was."""
    if report.outcome != "not_checked":
        return ""
    if report.error:
        return report.error.message
    return next((case.message for case in report.cases if case.outcome == "not_checked"), "nothing was graded")


def in_words(report: Report) -> str:
    """The whole report as plain lines, for a field of feedback."""
    lines = [f"{points(report)}."]
    if report.error:
        return "\n".join([*lines, report.error.message])
    for case in report.cases:
        told = why(case, report) if case.outcome in ("wrong", "not_checked") else case.message
        lines.append(f"{OUTCOMES[case.outcome]}: {case.name}" + (f"\n{told}" if told else ""))
    return "\n".join([*lines, *([report.note] if report.note else [])])
