"""Finds the misconception whose answers a submission's answers equal; or two at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from exercises.spec import (
    Arguments,
    Arrays,
    Exercise,
    Gradient,
    Misconception,
    Parameters,
    Reference,
    Residuals,
    Sent,
    Value,
)
from grader.diagnosis.evidence import Compared, Evidence
from grader.judge import compare, float64_arrays
from grader.plan import PlannedCase
from grader.report import Diagnosis
from grader.tolerance import FACTOR, rounding, unit

COARSE = 0.05  # relative to a case's largest value; half precision at its worst, times FACTOR
TRIES = 4
MOST_OPEN = 1 / 3  # of the values, for an idea to say enough

Pair = tuple[Misconception, Misconception]
Assemble = Callable[[Mapping[str, Callable]], Callable[[Arrays, Arguments], np.ndarray]]


def forms(idea: Misconception, assemble: Assemble | None) -> list[Misconception]:
    """The idea, and what else expresses it."""
    if assemble is None:
        return [idea]
    return [idea, *(replace(idea, value=assemble(parts), parts=parts, also=()) for parts in idea.also)]


def fitting(ideas: Sequence[Misconception], evidence: Evidence, reference: Reference) -> list[Misconception]:
    """The wrong ideas, or forms of them, that give the submission's answer in *every* case, the right ones included.

    Ideas that live in rounding are left out: no two programs with such an idea answer alike. Where an idea has no
    number to give, as 0/0, it fits anything: of several ideas, those remain that leave least open.
    """
    ideas = [idea for idea in ideas if idea.of_values]
    if not evidence.wrong:  # nothing but parameters can be wrong
        ideas = [idea for idea in ideas if idea.parameters and evidence.parameters]
    fits = [idea for idea in ideas if _fits(idea, evidence, reference)]
    left_open = [_left_open(idea, evidence, reference) for idea in fits]
    return [idea for idea, share in zip(fits, left_open, strict=True) if share == min(left_open) < MOST_OPEN]


def fitting_pairs(exercise: Exercise, evidence: Evidence) -> list[Pair]:
    """Pairs of ideas that only together give the answers."""
    if exercise.assemble is None or not evidence.wrong:
        return []
    whole = [m for m in exercise.misconceptions if m.of_values and (m.parts or not m.value)]
    able = {m.name: m for m in whole if not m.parameters or _makes(m, evidence, exercise.reference)}
    both = [_both(first, second, exercise.assemble) for first, second in combinations(able.values(), 2)]
    fits = fitting([idea for idea in both if idea], evidence, exercise.reference)
    return [(able[first], able[second]) for first, second in (idea.name.split("+") for idea in fits)]


def told(idea: Misconception) -> Diagnosis:
    """The idea in its own words."""
    return Diagnosis(misconception=idea.name, text=f"The mistake: {idea.title}. {idea.text}")


def simulated(misconception: Misconception, case: PlannedCase, reference: Reference) -> dict[str, np.ndarray] | None:
    """What a submission with this wrong idea answers in the case, float64; None where the idea has nothing to say."""
    match case.case.check:
        case Value():
            return {"value": _simulated_value(misconception, case, reference)}
        case Gradient(of=of) if misconception.gradient or misconception.gradients:
            return {"value": gradient_of(misconception, of, reference)(float64_arrays(case, reference), case.arguments)}
        case Residuals() if misconception.residuals:
            numbers = misconception.residuals(float64_arrays(case, reference), case.arguments)
            return {"value": np.asarray(numbers * case.x.dtype.itemsize)}
        case Sent() if misconception.sent:
            numbers = misconception.sent(float64_arrays(case, reference), case.arguments)
            return {"value": np.asarray(numbers * case.x.dtype.itemsize)}
        case Parameters():
            return {f"params/{name}": array for name, array in _made(misconception, case, reference).items()}
    return None


def gradient_of(idea: Misconception, of: str, reference: Reference) -> Callable[[Arrays, Arguments], np.ndarray]:
    """What the idea makes of the gradient with respect to x or a parameter; the right one, if it does not touch it."""
    own = idea.gradient if of == "x" else idea.gradients.get(of)
    return own or reference.differentiated(of).value


def _both(first: Misconception, second: Misconception, assemble: Assemble) -> Misconception | None:
    """The two as one idea; None where both speak of the same thing."""
    same = first.parts.keys() & second.parts.keys() or (first.parameters and second.parameters)
    if same or (first.defaults and second.defaults):
        return None
    parts = {**first.parts, **second.parts}
    return Misconception(
        name=f"{first.name}+{second.name}",
        title=f"{first.title}; and {second.title}",
        text="",
        value=assemble(parts) if parts else None,
        parts=parts,
        parameters=first.parameters or second.parameters,
        defaults={**first.defaults, **second.defaults},
    )


def _fits(idea: Misconception, evidence: Evidence, reference: Reference) -> bool:
    """Whether the idea explains everything, the cheapest looks first and wrong cases before right ones."""
    if not _makes(idea, evidence, reference):
        return False
    wanted = {}
    for seen in evidence.telling_first:
        wanted[seen.index] = _simulated_value(idea, seen.case, reference, seen.arrays)
        if not _near(seen.got, wanted[seen.index]):
            return False
    return all(_equal(idea, seen, wanted[seen.index], reference) for seen in evidence.values)


def _left_open(idea: Misconception, evidence: Evidence, reference: Reference) -> float:
    """The share of the values for which the idea has no number, while the submission has one."""
    left_open = total = 0
    for seen in evidence.values:
        undefined = ~np.isfinite(_simulated_value(idea, seen.case, reference, seen.arrays))
        left_open += int((np.isfinite(seen.got) & undefined).sum())
        total += seen.got.size
    return left_open / max(1, total)


def _makes(idea: Misconception, evidence: Evidence, reference: Reference) -> bool:
    """Whether the idea makes the parameters that were made."""
    return all(_same(made, _made(idea, case, reference)) for case, made in evidence.parameters)


def _same(made: Arrays, wanted: Arrays) -> bool:
    """Names, shapes and values; where both have axes of length one, neither their places nor their number matter."""
    found = {name.removeprefix("params/"): array for name, array in made.items()}
    if set(found) != set(wanted):
        return False
    for name, want in wanted.items():
        got = found[name]
        if (1 in got.shape and 1 in want.shape) or got.size == want.size == 1:
            got, want = got.squeeze(), want.squeeze()  # noqa: PLW2901 - the same array without those axes
        if not np.array_equal(got, want):
            return False
    return True


def _made(idea: Misconception, case: PlannedCase, reference: Reference) -> dict[str, np.ndarray]:
    arrays = {"x": case.x.astype(np.float64)}
    return (idea.parameters or reference.parameters)(arrays, _its_arguments(idea, case))


def _simulated_value(
    idea: Misconception, case: PlannedCase, reference: Reference, arrays: Arrays | None = None
) -> np.ndarray:
    arrays = _its_own(idea, case, arrays or float64_arrays(case, reference))
    value, arguments = idea.value or reference.value, _its_arguments(idea, case)
    if isinstance(case.case.check, Value) and case.case.check.transform == "vmap":
        return np.stack([value({**arrays, "x": x}, arguments) for x in arrays["x"]])
    return value(arrays, arguments)


def _its_own(idea: Misconception, case: PlannedCase, arrays: Arrays) -> Arrays:
    """With the parameters that the idea itself initialises, where the case gives none and they are the right ones."""
    if case.parameters or idea.parameters is None:
        return arrays
    made = idea.parameters(arrays, case.arguments)
    fit = all(name in arrays and arrays[name].shape == array.shape for name, array in made.items())
    return {**arrays, **made} if fit else arrays


def _its_arguments(idea: Misconception, case: PlannedCase) -> Arguments:
    """With the idea's own defaults, where the case leaves an argument to the default."""
    left = {name: value for name, value in idea.defaults.items() if name not in case.case.arguments}
    return {**case.arguments, **left}


def _near(got: np.ndarray, want: np.ndarray) -> bool:
    """A quick look before the careful one, which costs several evaluations of the idea."""
    with np.errstate(invalid="ignore"):
        defined = np.isfinite(want)
        size = np.abs(want[defined]).max(initial=0)
        return bool(np.all(~defined | (np.abs(got - want) <= COARSE * (1 + size))))


def _equal(idea: Misconception, seen: Compared, want: np.ndarray, reference: Reference) -> bool:
    undefined = ~np.isfinite(want)
    got, want = np.where(undefined, 0, seen.got), np.where(undefined, 0, want)
    return compare(got, want, _allowed(idea, seen, want, reference)).outcome == "right"


def _allowed(idea: Misconception, seen: Compared, want: np.ndarray, reference: Reference) -> np.ndarray:
    """As for right answers, FACTOR times the movement by one unit in the last place - but of the *idea's* answer.

    An idea comes without a Jacobian: its movement is seen by moving every input by one unit, up or down at random,
    several times. Where the idea is ill-conditioned, the movement is as large as the error, and all that is asked of an
    answer is to err as much. Where its movement is small, it may err as a right answer may.
    """
    epsilon = unit(reference, seen.case.x.dtype)
    moved = np.float64(0)
    for seed in range(TRIES):
        jittered = _jittered(seen.arrays, np.random.default_rng(seed), epsilon)
        with np.errstate(invalid="ignore"):
            moved = np.maximum(moved, np.abs(_simulated_value(idea, seen.case, reference, jittered) - want))
    moved = np.nan_to_num(moved, nan=np.inf)
    if moved.ndim and not seen.parts:
        moved = moved.max(axis=-1, keepdims=True)
    last = rounding(reference, want, seen.case.x.dtype)
    own = np.nan_to_num(FACTOR * (moved + np.abs(want) * epsilon) + last, nan=np.inf)
    return np.maximum(own, seen.allowed)


def _jittered(arrays: Arrays, signs: np.random.Generator, epsilon: float) -> Mapping[str, np.ndarray]:
    return {name: a * (1 + epsilon * signs.choice([-1.0, 1.0], a.shape)) for name, a in arrays.items()}
