"""What a classifier shows that was trained and is not good enough: a named idea, or what its scores say."""

from collections.abc import Sequence

import numpy as np

from grader.course import Accuracy, Arrays, Exercise
from grader.diagnosis.matching import named
from grader.findings.base import Finding
from grader.findings.of_errors import Diagnosis, LearnedTooLittle, NoBetterThanChance, OneClass, TrainingDiverged
from grader.judge.comparison import Comparison, float64_arrays
from grader.plan.cases import PlannedCase


def of_training(exercise: Exercise, comparisons: Sequence[Comparison]) -> dict[int, Diagnosis]:
    """What explains each wrong classifier, by the case's index."""
    found = {}
    for c in comparisons:
        check = c.case.case.check
        if not isinstance(check, Accuracy) or c.answered is None or not _has_scores(c.case, c.answered, check):
            continue
        given = float64_arrays(c.case, exercise.reference)
        given = {**given, "value": exercise.reference.value(given, c.case.arguments)}
        with np.errstate(all="ignore"):
            ideas = [m for m in exercise.misconceptions if m.shown and m.shown(given, c.answered)]
        scores = c.answered["value"].astype(np.float64)
        seen = Diagnosis(observations=(_seen(scores, given["value"], check),))
        found[c.index] = named(ideas[0]) if len(ideas) == 1 else seen
    return found


def _has_scores(case: PlannedCase, answered: Arrays, check: Accuracy) -> bool:
    scores = answered.get("value")
    return scores is not None and scores.shape == (len(case.x), check.classes) and scores.dtype.kind in "fV"


def _seen(scores: np.ndarray, classes: np.ndarray, check: Accuracy) -> Finding:
    if not np.isfinite(scores).all():
        return TrainingDiverged()
    chosen = scores.argmax(axis=1)
    if np.ptp(chosen) == 0:
        return OneClass()
    return NoBetterThanChance() if (chosen == classes).mean() < 2 / check.classes else LearnedTooLittle()
