"""What the errors themselves say, where no misconception fits: which cases, which values, and off by what.

Nothing here shows an expected value: only where answers differ, and the one number by which they do.
"""

import math
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

from grader.diagnosis.evidence import Evidence
from grader.diagnosis.fits import SLACK, Scale, scale, shift
from grader.diagnosis.parts import which_values
from grader.diagnosis.traits import which_cases
from grader.findings.base import Finding
from grader.findings.of_errors import (
    AllEqual,
    Diagnosis,
    NotFinite,
    NothingFinite,
    OtherArgument,
    OtherPlaces,
    ReturnsInput,
    Scaled,
    ScaledEach,
    Sharing,
    Shifted,
    ShiftedEach,
    Unrecognised,
)
from grader.judge.comparison import Values

HALF = 2  # bytes
CLOSE = 1e-4  # relative: a number is taken for another, such as sqrt(n / (n - 1))
FEWEST = 2  # values, for a number that fits them to mean anything
MOVED = 0.1  # of the values' range


def described(evidence: Evidence) -> dict[int, Diagnosis]:
    """What can be said of a run's errors, for each case that it is true of, by the case's index."""
    where = which_cases(evidence)
    whats = _what(evidence.wrong) if evidence.wrong else {}
    if evidence.wrong and not (where or whats):
        few = all(seen.wrong.sum() < seen.wrong.size / 2 for seen in evidence.wrong)
        return dict.fromkeys((s.index for s in evidence.wrong), Diagnosis(observations=(Unrecognised(some=few),)))
    found = [seen.index for seen in (*evidence.failed, *evidence.wrong)]
    return {
        index: Diagnosis(observations=tuple(one for one in (where, whats.get(index)) if one))
        for index in found
        if where or index in whats
    }


def thoughtless(wrong: tuple[Values, ...]) -> Finding | None:
    """Whether the output is one of the inputs, or the same everywhere, or no number at all."""
    if all(not np.isfinite(seen.got).any() for seen in wrong):
        return NothingFinite()
    names = [name for name in wrong[0].arrays if all(_is(seen, name) for seen in wrong)]
    if names:
        return ReturnsInput(name=names[0])
    return AllEqual() if all(np.ptp(seen.got) == 0 for seen in wrong) else None


def _what(wrong: tuple[Values, ...]) -> dict[int, Finding]:
    """What is true of wrong cases in the same words, by the case's index; the plainest first."""
    finite = tuple(seen for seen in wrong if np.isfinite(seen.got).all())
    found: dict[int, Finding] = {seen.index: _not_finite(seen) for seen in wrong if seen not in finite}
    if said := thoughtless(wrong):
        return {seen.index: said for seen in wrong}
    for look in (other_places, _one_scale, _one_shift, _other_argument, which_values, _one_each):
        said = look(finite) if finite else None
        if said:
            return {**found, **(said if isinstance(said, dict) else {seen.index: said for seen in finite})}
    return found


def _not_finite(seen: Values) -> NotFinite:
    return NotFinite(count=int((~np.isfinite(seen.got)).sum()), size=seen.got.size)


def _is(seen: Values, name: str) -> bool:
    array = seen.arrays[name]
    try:
        return bool(np.all(np.abs(seen.got - np.broadcast_to(array, seen.got.shape)) <= seen.allowed))
    except ValueError:  # shapes that do not line up
        return False


def other_places(wrong: tuple[Values, ...]) -> Finding | None:
    """Whether the right values stand in wrong places."""
    return OtherPlaces() if all(_is_permuted(seen) for seen in wrong) else None


def _is_permuted(seen: Values) -> bool:
    got, expected = (np.sort(array, axis=None) for array in (seen.got, seen.expected))
    if not np.all(np.abs(got - expected) <= SLACK * seen.allowed.max()):
        return False
    # What is merely inexact has the right values nearly in their places.
    return bool(np.abs(seen.got - seen.expected).max() > MOVED * np.ptp(seen.expected))


def _one_scale(wrong: tuple[Values, ...]) -> Finding | None:
    """Whether each case's values are the right ones times one number."""
    scales = [scale(seen, np.ones(seen.got.shape, bool)) for seen in wrong]
    found = [one for one in scales if one and abs(one.factor - 1) > CLOSE]
    if len(found) < len(wrong):
        return None
    telling = _telling(list(zip(wrong, [one.factor for one in found], strict=True)))
    least, most = _range(telling)
    return Scaled(least=least, most=most, meaning=_meaning(telling), before=found[0].before)


def _one_shift(wrong: tuple[Values, ...]) -> Finding | None:
    """Whether each case's values are the right ones plus one number."""
    shifts = [shift(seen, np.ones(seen.got.shape, bool)) for seen in wrong]
    found = [one for one in shifts if one is not None]
    if len(found) < len(wrong):
        return None
    least, most = _range(_telling(list(zip(wrong, found, strict=True))))
    return Shifted(least=least, most=most)


def _other_argument(wrong: tuple[Values, ...]) -> Finding | None:
    """Whether the values are right, for another value of a fractional argument."""
    for name in (name for name, value in wrong[0].case.arguments.items() if isinstance(value, float)):
        left_out = all(name not in seen.case.case.arguments for seen in wrong)
        for relation, number in _DEFAULTS if left_out else _OTHERS:
            other = _RELATIONS[relation]
            if all(_is_right_for(seen, {name: other(seen.case.arguments[name], number)}) for seen in wrong):
                return OtherArgument(argument=name, relation=relation, number=number, left_out=left_out)
    return None


def _is_right_for(seen: Values, changes: Mapping[str, float]) -> bool:
    arguments = {**seen.case.arguments, **changes}
    with np.errstate(all="ignore"):
        expected = seen.reference.value(seen.arrays, arguments)
        return bool(np.all(np.abs(seen.got - expected) <= SLACK * seen.allowed))


_NUMBERS = (0.0, *10.0 ** np.arange(-12, 1))
_Relation = Literal["is", "times", "square", "root"]
_RELATIONS: dict[_Relation, Callable[[float, float], float]] = {
    "is": lambda _, number: number,
    "times": lambda given, number: number * given,
    "square": lambda given, _: given**2,
    "root": lambda given, _: abs(given) ** 0.5,
}
# Where it is left out in every wrong case, it is the program's own default that is seen.
_DEFAULTS: tuple[tuple[_Relation, float], ...] = tuple(("is", float(number)) for number in _NUMBERS)
_TIMES: tuple[tuple[_Relation, float], ...] = tuple(("times", factor) for factor in (2.0, 0.5, 10.0, 0.1, -1.0))
_OTHERS: tuple[tuple[_Relation, float], ...] = (*_DEFAULTS, *_TIMES, ("square", 0.0), ("root", 0.0))


def _one_each(wrong: tuple[Values, ...]) -> Finding | None:
    """Whether the values of a group, or of a channel, are off by one number of their own."""
    for part, labels in _PARTS:
        labelled = [(seen, found) for seen in wrong if (found := labels(seen)) is not None]
        parts = [(seen, found == kind) for seen, found in labelled for kind in np.unique(found)]
        parts = [(seen, where) for seen, where in parts if where.sum() >= FEWEST]
        scales = [scale(seen, where) for seen, where in parts]
        if scales and all(scales):
            found = [(seen, where, one) for (seen, where), one in zip(parts, scales, strict=True) if one]
            return ScaledEach(part=part, trend=_trend(found), before=found[0][2].before)
        if parts and all(shift(seen, where) is not None for seen, where in parts):
            return ShiftedEach(part=part)
    return None


_PARTS: tuple[tuple[Sharing, Callable[[Values], np.ndarray | None]], ...] = (
    ("group", lambda seen: seen.sharing if seen.sharing.shape == seen.case.x.shape else None),
    ("channel", lambda seen: seen.channels),
)


def _trend(parts: list[tuple[Values, np.ndarray, Scale]]) -> int:
    """1 where the number grows with the part's spread, -1 where it falls, in every case by itself; else 0."""
    signs = set()
    for case in {id(seen): seen for seen, _, _ in parts if seen.case.x.dtype.itemsize > HALF}.values():
        of_case = [(seen.arrays["x"][where].std(), abs(one.factor)) for seen, where, one in parts if seen is case]
        factors = np.diff([factor for _, factor in sorted(of_case)])
        signs |= set(np.sign(factors))
    return int(signs.pop()) if len(signs) == 1 else 0


def _telling(found: list[tuple[Values, float]]) -> list[tuple[Values, float]]:
    """The cases whose numbers are known best: those in half precision count only where there are no others."""
    return [(seen, number) for seen, number in found if seen.case.x.dtype.itemsize > HALF] or found


def _range(found: list[tuple[Values, float]]) -> tuple[float, float]:
    """The number twice, or the least and the greatest of several."""
    numbers = [number for _, number in found]
    least, most = min(numbers), max(numbers)
    return (least, least) if math.isclose(least, most, rel_tol=CLOSE) else (least, most)


def _meaning(found: list[tuple[Values, float]]) -> str:
    """What the numbers may be, if they follow from how many values share statistics."""
    for name, formula in _KNOWN.items():
        if all(math.isclose(number, formula(_shared_by(seen)), rel_tol=CLOSE) for seen, number in found):
            return name
    return ""


def _shared_by(seen: Values) -> int:
    return int(np.unique(seen.sharing, return_counts=True)[1].max())


def _ratio(n: int) -> float:
    return n / (n - 1) if n > 1 else math.nan


# n: how many values share a mean.
_KNOWN: dict[str, Callable[[int], float]] = {
    "-1": lambda _: -1.0,
    "sqrt(2)": lambda _: math.sqrt(2),
    "sqrt((n - 1) / n)": lambda n: 1 / math.sqrt(_ratio(n)),
    "sqrt(n / (n - 1))": lambda n: math.sqrt(_ratio(n)),
    "(n - 1) / n": lambda n: 1 / _ratio(n),
    "n / (n - 1)": _ratio,
    "n": float,
    "1 / n": lambda n: 1 / n,
    "sqrt(n)": math.sqrt,
    "1 / sqrt(n)": lambda n: 1 / math.sqrt(n),
}
