"""What a class's results say in numbers: pure functions of a batch, for every format.

Who has handed in nothing, and whose program we failed to check, says nothing of the exercise: neither counts in a share
or in the scores. A program that failed as a whole counts as wrong in every case.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.classroom.results import Batch, Grade
from grader.report import CaseOutcome, Report

Standing = Literal["right", "wrong", "not_checked", "nothing"]
STANDINGS: tuple[Standing, ...] = ("right", "wrong", "not_checked", "nothing")
NOTHING = "nothing"  # the kind of error of a student who has handed in nothing
MOST_BINS = 16
FEWEST = 10  # programs, for a correlation to be more than chance


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Scores from ``low`` up to, not including, ``high``; the last bin is the full score alone."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """How the scores of those who were checked are spread; the four numbers are NaN where nobody was.

    Attributes:
      bins: from 0 to the full score, of one width; empty where no points are to be had.
      count: scores.
      mean: of the scores.
      deviation: their standard deviation, dividing by the count.
      median: half of the scores are no higher.
      quartiles: the same for a quarter, and for three quarters.
    """

    bins: tuple[Bin, ...]
    count: int
    mean: float
    deviation: float
    median: float
    quartiles: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Item:
    """How one case went.

    Attributes:
      name: of the case.
      max_points: what a right answer earns.
      right: students who have it right.
      wrong: who have it wrong.
      skipped: who did not reach it.
      not_checked: for whom we failed to check it.
      share: right of all that were checked, skips included; NaN where there are none.
      discrimination: the correlation of having it right with the points earned in the other cases (point-biserial),
        over programs that ran: near 1 it tells strong from weak, near 0 it does not, below 0 something is amiss. None
        where it is right, or wrong, for all, and for fewer than ``FEWEST`` programs.
    """

    name: str
    max_points: float
    right: int
    wrong: int
    skipped: int
    not_checked: int
    share: float
    discrimination: float | None


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A misconception and those who have it.

    Attributes:
      name: identifies it in the exercise.
      title: completes "this is ...".
      text: a paragraph for the learner.
      grades: whose programs show it, as the batch orders them.
      among_others: how many of them show another beside it.
      share: of all that were checked.
    """

    name: str
    title: str
    text: str
    grades: tuple[Grade, ...]
    among_others: int
    share: float


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A reason for which whole programs failed.

    Attributes:
      kind: of the error.
      grades: whose, as the batch orders them.
    """

    kind: str
    grades: tuple[Grade, ...]


def standing(grade: Grade) -> Standing:
    """How a student stands: the outcome, or that nothing was handed in."""
    error = grade.report.error
    return "nothing" if error and error.kind == NOTHING else grade.report.outcome


def standings(batch: Batch) -> dict[Standing, int]:
    """How many students stand how; every standing has its number."""
    counted = Counter(standing(grade) for grade in batch.grades)
    return {name: counted[name] for name in STANDINGS}


def checked(batch: Batch) -> tuple[Grade, ...]:
    """Those with a verdict on their program: right or wrong."""
    return tuple(grade for grade in batch.grades if standing(grade) in ("right", "wrong"))


def distribution(batch: Batch) -> Distribution:
    """How the scores are spread."""
    scores = np.array([grade.report.score for grade in checked(batch)], float)
    if not scores.size:
        nan = math.nan
        return Distribution(
            bins=_bins(scores, batch.max_score), count=0, mean=nan, deviation=nan, median=nan, quartiles=(nan, nan)
        )
    first, median, third = (float(q) for q in np.quantile(scores, (0.25, 0.5, 0.75)))
    return Distribution(
        bins=_bins(scores, batch.max_score),
        count=scores.size,
        mean=float(scores.mean()),
        deviation=float(scores.std()),
        median=median,
        quartiles=(first, third),
    )


def items(batch: Batch) -> tuple[Item, ...]:
    """How each case went, in order; a case that only some reports have is counted where it is."""
    grades = checked(batch)
    names = dict.fromkeys(case.name for grade in batch.grades for case in grade.report.cases)
    outcomes: dict[str, Counter[CaseOutcome]] = {name: Counter() for name in names}
    points = dict.fromkeys(names, 0.0)
    for grade in grades:
        for case in grade.report.cases:
            outcomes[case.name][case.outcome] += 1
            points[case.name] = max(points[case.name], case.max_points)
    ran = [grade.report for grade in grades if not grade.report.error]
    return tuple(_item(name, points[name], outcomes[name], ran) for name in names)


def misconceptions(batch: Batch) -> tuple[Ranked, ...]:
    """The named ideas, the commonest first; an idea that comes with another counts as itself."""
    grades = checked(batch)
    held: dict[str, list[Grade]] = {}
    ideas = {idea.name: idea for grade in reversed(grades) for idea in grade.report.ideas}  # as the first report has it
    together: Counter[str] = Counter()
    for grade in grades:
        shown = grade.report.ideas
        for idea in shown:
            held.setdefault(idea.name, []).append(grade)
            together[idea.name] += len(shown) > 1
    ranked = sorted(held, key=lambda name: (-len(held[name]), name))
    return tuple(
        Ranked(
            name=name,
            title=ideas[name].title,
            text=ideas[name].text,
            grades=tuple(held[name]),
            among_others=together[name],
            share=len(held[name]) / len(grades),
        )
        for name in ranked
    )


def failures(batch: Batch) -> tuple[Failure, ...]:
    """Why whole programs failed, the commonest reason first."""
    of: dict[str, list[Grade]] = {}
    for grade in checked(batch):
        if grade.report.error:
            of.setdefault(grade.report.error.kind, []).append(grade)
    return tuple(Failure(kind=kind, grades=tuple(of[kind])) for kind in sorted(of, key=lambda k: (-len(of[k]), k)))


def unnamed(batch: Batch) -> tuple[Grade, ...]:
    """Those whose programs ran, are wrong, and show no named idea."""
    return tuple(
        grade
        for grade in batch.grades
        if standing(grade) == "wrong" and not grade.report.error and not grade.report.ideas
    )


def duplicates(batch: Batch) -> tuple[tuple[Grade, ...], ...]:
    """Students whose texts are the same to the byte, the largest group first.

    A file that was refused before anything ran, such as an empty one, says nothing of who wrote it.
    """
    of: dict[str, list[Grade]] = {}
    for grade in batch.grades:
        if grade.sha256 and not (grade.report.error and grade.report.isolation is None):
            of.setdefault(grade.sha256, []).append(grade)
    same = [tuple(grades) for grades in of.values() if len(grades) > 1]
    return tuple(sorted(same, key=lambda grades: -len(grades)))


def refused(batch: Batch) -> dict[str, int]:
    """How many students' files were refused before anything ran, by the kind of error, the commonest first."""
    errors = (grade.report.error for grade in checked(batch) if grade.report.isolation is None)
    return dict(Counter(error.kind for error in errors if error).most_common())


def _item(name: str, max_points: float, outcomes: Counter[CaseOutcome], ran: Sequence[Report]) -> Item:
    reached = outcomes["right"] + outcomes["wrong"] + outcomes["skipped"]
    return Item(
        name=name,
        max_points=max_points,
        right=outcomes["right"],
        wrong=outcomes["wrong"],
        skipped=outcomes["skipped"],
        not_checked=outcomes["not_checked"],
        share=outcomes["right"] / reached if reached else math.nan,
        discrimination=_discrimination(name, ran),
    )


def _discrimination(name: str, reports: Iterable[Report]) -> float | None:
    rows = [
        (case.outcome == "right", report.score - case.points)
        for report in reports
        for case in report.cases
        if case.name == name and case.outcome != "not_checked"
    ]
    if len(rows) < FEWEST:
        return None
    right, rest = np.array(rows, float).T
    if np.ptp(right) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(right, rest)[0, 1])


def _bins(scores: np.ndarray, most: float) -> tuple[Bin, ...]:
    """Bins of 1, 2 or 5 points, or ten or a tenth of that and so on: the narrowest of which there are not too many."""
    if most <= 0:
        return ()
    finest = 10.0 ** math.floor(math.log10(most / MOST_BINS))
    steps = [finest * step for step in (1, 2, 5, 10, 20)]
    step = next(step for step in steps if most / step < MOST_BINS)
    step = max(step, 1.0) if most >= 2 else step  # points are mostly whole
    count = math.ceil(most / step - 1e-9)
    # Points such as 0.1 do not add up exactly.
    at = np.where(scores >= most - 1e-9, count, np.clip(np.floor(scores / step + 1e-9), 0, count - 1)).astype(int)
    counted = np.bincount(at, minlength=count + 1)
    edges = [*(step * i for i in range(count)), most, most]
    return tuple(Bin(low=edges[i], high=edges[i + 1], count=int(counted[i])) for i in range(count + 1))
