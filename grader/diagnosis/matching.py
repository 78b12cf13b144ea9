"""Finds the misconception whose answers a submission's answers equal."""

from collections.abc import Mapping

import ml_dtypes
import numpy as np

from exercises.spec import Arrays, Misconception, Parameters, Reference, Value
from grader.judge import FLOATS, compare, float64_arrays
from grader.plan import PlannedCase
from grader.report import Diagnosis
from grader.tolerance import FACTOR
from grader.transcript import Answer

Answers = Mapping[int, Answer]
COARSE = 0.05  # relative to a case's largest value; half precision at its worst, times FACTOR
TRIES = 4


def diagnose(
    cases: tuple[PlannedCase, ...], answers: Answers, misconceptions: tuple[Misconception, ...], reference: Reference
) -> Diagnosis | None:
    """Names the one wrong idea that gives the submission's answer in *every* answered case, the right ones included.

    Two that fit equally well name neither: a wrong diagnosis is worse than none.
    """
    fitting = [m for m in misconceptions if _fits(m, cases, answers, reference)]
    if len(fitting) != 1:
        return None
    found = fitting[0]
    return Diagnosis(misconception=found.name, text=f"This is {found.title}. {found.text}")


def simulated(misconception: Misconception, case: PlannedCase, reference: Reference) -> dict[str, np.ndarray] | None:
    """What a submission with this wrong idea answers in the case, float64; None where the idea has nothing to say."""
    arrays = float64_arrays(case, reference)
    match case.case.check:
        case Value():
            return {
                "value": (misconception.value or reference.value)(_its_own(misconception, case, arrays), case.arguments)
            }
        case Parameters():
            made = (misconception.parameters or reference.parameters)(arrays, case.arguments)
            return {f"params/{name}": array for name, array in made.items()}
    return None


def _its_own(misconception: Misconception, case: PlannedCase, arrays: Arrays) -> Arrays:
    """With the parameters that the idea itself initialises, where the case gives none and they are the right ones."""
    if case.parameters or misconception.parameters is None:
        return arrays
    made = misconception.parameters(arrays, case.arguments)
    fit = all(name in arrays and arrays[name].shape == array.shape for name, array in made.items())
    return {**arrays, **made} if fit else arrays


def _fits(misconception: Misconception, cases: tuple[PlannedCase, ...], answers: Answers, reference: Reference) -> bool:
    compared = 0
    for index, answer in answers.items():
        wanted = simulated(misconception, cases[index], reference)
        if wanted is None or answer.problem is not None:
            continue
        if not _equal(misconception, cases[index], answer.arrays, reference, wanted):
            return False
        compared += 1
    return compared > 0


def _equal(
    idea: Misconception, case: PlannedCase, found: Mapping[str, np.ndarray], reference: Reference, wanted: Arrays
) -> bool:
    if isinstance(case.case.check, Parameters):
        made = {name: array for name, array in found.items() if name != "value"}
        return set(made) == set(wanted) and all(np.array_equal(made[n], wanted[n]) for n in made)
    value, want = found["value"], wanted["value"]
    if value.size != want.size or value.dtype.name not in FLOATS:
        return False
    got = value.astype(np.float64).reshape(want.shape)
    both_undefined = ~np.isfinite(got) & ~np.isfinite(want)
    got, want = np.where(both_undefined, 0, got), np.where(both_undefined, 0, want)
    return _near(got, want) and compare(got, want, _allowed(idea, case, reference)).outcome == "right"


def _near(got: np.ndarray, want: np.ndarray) -> bool:
    """A quick look before the careful one, which costs several evaluations of the idea."""
    return bool(np.all(np.abs(got - want) <= COARSE * (1 + np.abs(want).max(initial=0))))


def _allowed(idea: Misconception, case: PlannedCase, reference: Reference) -> np.ndarray:
    """As for right answers, FACTOR times the movement by one unit in the last place - but of the *idea's* answer.

    An idea comes without a Jacobian: its movement is seen by moving every input by one unit, up or down at random,
    several times. Where the idea is ill-conditioned, as one-pass variance is at a large mean, the movement is as large
    as the error, and all that is asked of an answer is to err as much.
    """
    arrays, epsilon = _its_own(idea, case, float64_arrays(case, reference)), float(ml_dtypes.finfo(case.x.dtype).eps)
    value = idea.value or reference.value
    want, moved = value(arrays, case.arguments), np.float64(0)
    for seed in range(TRIES):
        signs = np.random.default_rng(seed)
        jittered = {n: a * (1 + epsilon * signs.choice([-1.0, 1.0], a.shape)) for n, a in arrays.items()}
        moved = np.maximum(moved, np.abs(value(jittered, case.arguments) - want))
    moved = np.nan_to_num(moved, nan=np.inf).max(axis=-1, keepdims=True)
    return np.nan_to_num(FACTOR * (moved + np.abs(want) * epsilon), nan=np.inf)
