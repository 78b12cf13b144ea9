"""Submissions that are wrong in the same way, so that a teacher reads one of them and knows them all."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from grader.classroom.results import Batch, Grade
from grader.classroom.statistics import standing
from grader.findings.coding import gist
from grader.report import CaseResult, Report

FAR = 6  # the power of ten from which on an error that is farther off says no more

Key = tuple[str, tuple[tuple[str, str, str], ...]]


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Students whose programs are wrong in the same way.

    Attributes:
      key: what they share.
      grades: as the batch orders them.
      misconceptions: the named ideas; mostly one or none.
      cases: those that are wrong.
      error: the kind of error that stands for all cases; empty where programs ran.
      texts: how many different texts there are among them.
    """

    key: Key
    grades: tuple[Grade, ...]
    misconceptions: tuple[str, ...]
    cases: tuple[str, ...]
    error: str
    texts: int


def clusters(batch: Batch) -> tuple[Cluster, ...]:
    """Groups of wrong submissions by ``key``, the largest first, then in the order of the batch; some hold but one."""
    of: dict[Key, list[Grade]] = {}
    for grade in batch.grades:
        if standing(grade) == "wrong":
            of.setdefault(key(grade.report), []).append(grade)
    return tuple(sorted((_cluster(key, grades) for key, grades in of.items()), key=lambda found: -len(found.grades)))


def key(report: Report) -> Key:
    """In which way a submission is wrong; equal for two that are wrong in the same way.

    It is the kind of an error that stands for all cases and the gist of its finding; without one, for each wrong case
    in order: its name; the misconception, or the gist of what is found instead; and how far off it is, as
    the power of ten of the largest error in units of what is allowed. That power is left out where an idea is named:
    the idea explains the error, and its size depends on the inputs, which differ from text to text. Skipped cases
    follow from others; line numbers, values and what was printed are each program's own. All of these are left out.
    """
    if report.error:
        return f"{report.error.kind}: {gist(report.error.finding)}", ()
    return "", tuple((case.name, *_way(case)) for case in report.cases if case.outcome == "wrong")


def _way(case: CaseResult) -> tuple[str, str]:
    if case.diagnosis and case.diagnosis.ideas:
        return "+".join(idea.name for idea in case.diagnosis.ideas), ""
    if case.diagnosis:
        return " ".join(map(gist, case.diagnosis.observations)), _magnitude(case.margin)
    if case.margin is None and case.finding:
        return gist(case.finding), ""
    return "", _magnitude(case.margin)


def _magnitude(margin: float | None) -> str:
    if margin is None:
        return ""
    if not math.isfinite(margin):
        return "no number"
    return str(min(FAR, round(math.log10(margin)))) if margin > 0 else "0"


def _cluster(key: Key, grades: list[Grade]) -> Cluster:
    report = grades[0].report
    error = report.error.kind if report.error else ""
    return Cluster(
        key=key,
        grades=tuple(grades),
        misconceptions=tuple(idea.name for idea in report.ideas),
        cases=() if error else tuple(case.name for case in report.cases if case.outcome == "wrong"),
        error=error,
        texts=_texts(grades),
    )


def _texts(grades: Iterable[Grade]) -> int:
    """Different texts; of one without a digest nothing is known, and it counts as its own."""
    grades = list(grades)
    return len({grade.sha256 for grade in grades if grade.sha256}) + sum(not grade.sha256 for grade in grades)
