"""Finds the misconception whose answers a submission's answers equal; or two at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from grader.course import Arguments, Arrays, Exercise, Misconception, Reference
from grader.diagnosis.evidence import Evidence
from grader.findings.of_errors import Diagnosis, Idea
from grader.judge.checks.parameters import initialised
from grader.judge.checks.value import simulated_value
from grader.judge.comparison import Values, close
from grader.judge.tolerance import FACTOR, rounding, unit

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
    pairs = [(pair, both) for pair in combinations(able.values(), 2) if (both := _both(*pair, exercise.assemble))]
    fits = {id(idea) for idea in fitting([both for _, both in pairs], evidence, exercise.reference)}
    return [pair for pair, both in pairs if id(both) in fits]


def named(*ideas: Misconception) -> Diagnosis:
    """The diagnosis that consists of these ideas."""
    return Diagnosis(ideas=tuple(Idea(name=m.name, title=m.title, text=m.text) for m in ideas))


def _both(first: Misconception, second: Misconception, assemble: Assemble) -> Misconception | None:
    """The two as one idea; None where both speak of the same thing."""
    same = first.parts.keys() & second.parts.keys() or (first.parameters and second.parameters)
    if same or (first.defaults and second.defaults):
        return None
    parts = {**first.parts, **second.parts}
    return Misconception(
        name=f"{first.name}+{second.name}",
        title="",
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
        wanted[seen.index] = simulated_value(idea, seen.case, reference, seen.arrays)
        if not _near(seen.got, wanted[seen.index]):
            return False
    return all(_equal(idea, seen, wanted[seen.index], reference) for seen in evidence.values)


def _left_open(idea: Misconception, evidence: Evidence, reference: Reference) -> float:
    """The share of the values for which the idea has no number, while the submission has one."""
    left_open = total = 0
    for seen in evidence.values:
        undefined = ~np.isfinite(simulated_value(idea, seen.case, reference, seen.arrays))
        left_open += int((np.isfinite(seen.got) & undefined).sum())
        total += seen.got.size
    return left_open / max(1, total)


def _makes(idea: Misconception, evidence: Evidence, reference: Reference) -> bool:
    """Whether the idea makes the parameters that were made."""
    return all(_same(made, initialised(idea, case, reference)) for case, made in evidence.parameters)


def _same(made: Arrays, wanted: Arrays) -> bool:
    """Names, shapes and values; where both have axes of length one, neither their places nor their number matter."""
    found = {name.removeprefix("params/"): array for name, array in made.items()}
    if set(found) != set(wanted):
        return False
    for name, want in wanted.items():
        got = found[name]
        if (1 in got.shape and 1 in want.shape) or got.size == want.size == 1:
            got, want = got.squeeze(), want.squeeze()
        if not np.array_equal(got, want):
            return False
    return True


def _near(got: np.ndarray, want: np.ndarray) -> bool:
    """A quick look before the careful one, which costs several evaluations of the idea."""
    with np.errstate(invalid="ignore"):
        defined = np.isfinite(want)
        size = np.abs(want[defined]).max(initial=0)
        return bool(np.all(~defined | (np.abs(got - want) <= COARSE * (1 + size))))


def _equal(idea: Misconception, seen: Values, want: np.ndarray, reference: Reference) -> bool:
    undefined = ~np.isfinite(want)
    got, want = np.where(undefined, 0, seen.got), np.where(undefined, 0, want)
    return close(got, want, _allowed(idea, seen, want, reference))


def _allowed(idea: Misconception, seen: Values, want: np.ndarray, reference: Reference) -> np.ndarray:
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
            moved = np.maximum(moved, np.abs(simulated_value(idea, seen.case, reference, jittered) - want))
    moved = np.nan_to_num(moved, nan=np.inf)
    if moved.ndim and not seen.parts:
        moved = moved.max(axis=-1, keepdims=True)
    last = rounding(reference, want, seen.case.x.dtype)
    own = np.nan_to_num(FACTOR * (moved + np.abs(want) * epsilon) + last, nan=np.inf)
    return np.maximum(own, seen.allowed)


def _jittered(arrays: Arrays, signs: np.random.Generator, epsilon: float) -> Mapping[str, np.ndarray]:
    return {name: a * (1 + epsilon * signs.choice([-1.0, 1.0], a.shape)) for name, a in arrays.items()}
