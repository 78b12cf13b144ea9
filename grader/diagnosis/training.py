"""What a classifier shows that was trained and is not good enough: a named idea, or what its scores say."""

from collections.abc import Mapping

import numpy as np

from exercises.spec import Accuracy, Arrays, Exercise
from grader.diagnosis.matching import told
from grader.judge import float64_arrays
from grader.plan import PlannedCase
from grader.report import Diagnosis
from grader.transcript import Answer

NOT_FINITE = (
    "Some scores are not finite numbers: something has grown without bound in training, or is divided by 0. What is "
    "the loss after 10 steps, after 100, after 1,000?"
)
ONE_CLASS = (
    "All images get the same class: whatever was learned, nothing of the image is left in the scores. After how many "
    "steps is that so, and how large are the parameters then?"
)
CHANCE = (
    "The classes are no better than guessed: nothing was learned, or what was learned is not what classifies. Does the "
    "loss fall in training, and are the parameters that you classify with those that came out of it?"
)
NEARLY = (
    "It has learned, and not enough. Is every batch used once, does the loss still fall at the end, and what do steps "
    "of half or twice the size do?"
)


def of_training(
    exercise: Exercise, cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer]
) -> dict[int, Diagnosis]:
    """What explains each wrong classifier, by the case's index."""
    found = {}
    for index, answer in answers.items():
        check = cases[index].case.check
        if not isinstance(check, Accuracy) or answer.problem or not _comparable(answer.arrays, cases[index], check):
            continue
        given = float64_arrays(cases[index], exercise.reference)
        given = {**given, "value": exercise.reference.value(given, cases[index].arguments)}
        with np.errstate(all="ignore"):
            ideas = [m for m in exercise.misconceptions if m.shown and m.shown(given, answer.arrays)]
        scores = answer.arrays["value"].astype(np.float64)
        seen = Diagnosis(misconception="", text=_seen(scores, given["value"], check))
        found[index] = told(ideas[0]) if len(ideas) == 1 else seen
    return found


def _comparable(answered: Arrays, case: PlannedCase, check: Accuracy) -> bool:
    scores = answered.get("value")
    return scores is not None and scores.shape == (len(case.x), check.classes) and scores.dtype.kind in "fV"


def _seen(scores: np.ndarray, classes: np.ndarray, check: Accuracy) -> str:
    if not np.isfinite(scores).all():
        return NOT_FINITE
    chosen = scores.argmax(axis=1)
    if np.ptp(chosen) == 0:
        return ONE_CLASS
    return CHANCE if (chosen == classes).mean() < 2 / check.classes else NEARLY
