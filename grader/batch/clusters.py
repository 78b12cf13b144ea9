"""Submissions that are wrong in the same way, so that a teacher reads one of them and knows them all."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.batch.result import Batch, Grade
from grader.batch.statistics import standing
from grader.report import CaseResult, Report
from grader.reports.words import mistakes

FAR = 6  # the power of ten from which on an error that is farther off says no more
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)

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

    It is the kind of an error that stands for all cases and the gist of its message; without one, for each wrong case
    in order: its name; the misconception, or what is said instead, with "#" for every number; and how far off it is, as
    the power of ten of the largest error in units of what is allowed. That power is left out where an idea is named:
    the idea explains the error, and its size depends on the inputs, which differ from text to text. Skipped cases
    follow from others; line numbers, values and what was printed are each program's own. All of these are left out.
    """
    if report.error:
        return f"{report.error.kind}: {_gist(report.error.message)}", ()
    return "", tuple((case.name, *_way(case)) for case in report.cases if case.outcome == "wrong")


def _way(case: CaseResult) -> tuple[str, str]:
    if case.diagnosis and case.diagnosis.misconception:
        return case.diagnosis.misconception, ""
    if case.diagnosis:
        return _NUMBER.sub("#", case.diagnosis.text), _magnitude(case.margin)
    if case.margin is None:
        return _gist(case.message), ""
    return "", _magnitude(case.margin)


def _magnitude(margin: float | None) -> str:
    if margin is None:
        return ""
    if not math.isfinite(margin):
        return "no number"
    return str(min(FAR, round(math.log10(margin)))) if margin > 0 else "0"


def _gist(message: str) -> str:
    """The first line up to the exception's name or to the first particular: a number, a name in quotation marks."""
    line = message.strip().partition("\n")[0]
    return re.split(r"""[:\d"'(\[]""", line, maxsplit=1)[0].strip()


def _cluster(key: Key, grades: list[Grade]) -> Cluster:
    report = grades[0].report
    error = report.error.kind if report.error else ""
    return Cluster(
        key=key,
        grades=tuple(grades),
        misconceptions=mistakes(report),
        cases=() if error else tuple(case.name for case in report.cases if case.outcome == "wrong"),
        error=error,
        texts=_texts(grades),
    )


def _texts(grades: Iterable[Grade]) -> int:
    """Different texts; of one without a digest nothing is known, and it counts as its own."""
    grades = list(grades)
    return len({grade.sha256 for grade in grades if grade.sha256}) + sum(not grade.sha256 for grade in grades)
