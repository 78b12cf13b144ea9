"""What a trained classifier makes of images: enough right classes, and by itself the same scores."""

import numpy as np

from grader.course import Accuracy, Misconception, Reference
from grader.findings.of_case import Inaccurate, NoScoresAlone, OthersMatter, ScoresNotFinite, WrongDtype, WrongScores
from grader.judge.comparison import FLOATS, Judged, float64_arrays, wrong
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer

APART = 0.05  # of the range of the scores: far above rounding, even in half precision


def judged(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Judged:
    """The verdict on the scores. The margin is errors over errors allowed."""
    check, answered = case.case.check, answer.arrays
    if not isinstance(check, Accuracy):
        raise TypeError(f"a check on accuracy is asked for, not {type(check).__name__}")
    arrays = float64_arrays(case, reference)
    classes, shape = reference.value(arrays, case.arguments), (len(case.x), check.classes)
    scores, alone = (answered.get(name) for name in ("value", "alone"))
    if scores is None or scores.shape != shape:
        got = None if scores is None else scores.shape
        return wrong(WrongScores(classes=check.classes, expected=shape, got=got))
    if scores.dtype.name not in FLOATS:
        return wrong(WrongDtype(what="scores", got=scores.dtype.name))
    if not np.isfinite(scores.astype(np.float64)).all():
        return wrong(ScoresNotFinite(), float("inf"))
    right = int((scores.argmax(axis=1) == classes).sum())
    margin = (1 - right / len(classes)) / (1 - check.at_least)
    if check.alone and (alone is None or alone.shape != (check.alone, check.classes)):
        return wrong(NoScoresAlone())
    others = 0 if alone is None else _apart(alone[: check.alone], scores[: check.alone])
    if others:  # said first: the others then have a part in every class
        told = OthersMatter(count=others, alone=check.alone, right=right, images=len(classes))
        return wrong(told, float("inf"))
    if margin > 1:
        return wrong(Inaccurate(right=right, images=len(classes), at_least=check.at_least), margin)
    return Judged(outcome="right", margin=margin)


def simulated(idea: Misconception, case: PlannedCase, reference: Reference) -> None:
    """What a training with a wrong idea answers is seen only when it is run."""


def _apart(alone: np.ndarray, beside: np.ndarray) -> int:
    """How many images have other scores, by more than rounding."""
    if not len(beside):
        return 0
    one, other = alone.astype(np.float64), beside.astype(np.float64)
    return int((~(np.abs(one - other) <= APART * np.ptp(other))).any(axis=1).sum())
