"""What a class's results come to, in numbers: how many, how well, which mistakes."""

from collections import Counter
from dataclasses import dataclass

from grader.batch.result import Batch, Grade

BINS = 10
COMMONEST = 5


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A class in numbers.

    Attributes:
      outcomes: outcome -> how many students.
      rejected: kind -> how many students' files were refused before anything ran; kinds are those of reports.
      scores: how many students are in each tenth of the points, the lowest first; the last holds full marks, too.
      mean: of the points.
      median: of the points.
      misconceptions: name -> how many students have it, the commonest first.
      not_checked: identifier, reason.
      duplicates: identifiers of those who handed in the same text, group by group.
    """

    outcomes: dict[str, int]
    rejected: dict[str, int]
    scores: tuple[int, ...]
    mean: float
    median: float
    misconceptions: dict[str, int]
    not_checked: tuple[tuple[str, str], ...]
    duplicates: tuple[tuple[str, ...], ...]


def summarised(batch: Batch) -> Summary:
    """Counts.

    Args:
      batch: the results.
    """
    outcomes = Counter(grade.report.outcome for grade in batch.grades)
    errors = (grade.report.error for grade in batch.grades if grade.report.isolation is None and not grade.report.fault)
    checked = [grade for grade in batch.grades if grade.report.outcome != "not_checked"]
    points = sorted(grade.report.score for grade in checked)
    return Summary(
        outcomes={name: outcomes[name] for name in ("right", "wrong", "not_checked")},
        rejected=dict(Counter(error.kind for error in errors if error).most_common()),
        scores=_histogram(checked),
        mean=sum(points) / len(points) if points else 0.0,
        median=(points[(len(points) - 1) // 2] + points[len(points) // 2]) / 2 if points else 0.0,
        misconceptions=_misconceptions(batch),
        not_checked=tuple((g.student, _reason(g)) for g in batch.grades if g.report.outcome == "not_checked"),
        duplicates=_duplicates(batch),
    )


def _histogram(grades: list[Grade]) -> tuple[int, ...]:
    bins = Counter(
        min(int(BINS * grade.report.score / grade.report.max_score), BINS - 1)
        for grade in grades
        if grade.report.max_score
    )
    return tuple(bins[number] for number in range(BINS))


def _misconceptions(batch: Batch) -> dict[str, int]:
    """How many have each; two at once are counted as both."""
    named = Counter(
        name
        for grade in batch.grades
        for name in {
            part.strip()
            for case in grade.report.cases
            if case.diagnosis
            for part in case.diagnosis.misconception.split("+")
            if part.strip()
        }
    )
    return dict(sorted(named.items(), key=lambda item: (-item[1], item[0])))


def _reason(grade: Grade) -> str:
    report = grade.report
    if report.error:
        return report.error.message
    return next((case.message for case in report.cases if case.outcome == "not_checked"), "no reason is known")


def _duplicates(batch: Batch) -> tuple[tuple[str, ...], ...]:
    """Those with the same text; a file that was refused says nothing about its author."""
    alike: dict[str, list[str]] = {}
    for grade in batch.grades:
        if grade.sha256 and not (grade.report.error and grade.report.isolation is None):
            alike.setdefault(grade.sha256, []).append(grade.student)
    return tuple(tuple(group) for group in alike.values() if len(group) > 1)
