"""What the errors themselves say, where no misconception fits: which cases, which values, and off by what.

Nothing here shows an expected value: only where answers differ, and the one number by which they do.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from grader.diagnosis.evidence import Compared, Evidence
from grader.diagnosis.fits import SLACK, scale, shift
from grader.diagnosis.where import which_cases, which_values
from grader.plan import PlannedCase
from grader.report import Diagnosis

HALF = 2  # bytes
CLOSE = 1e-4  # relative: a number is taken for another, such as sqrt(n / (n - 1))
Said = tuple[str, str]  # words, and a question


def described(evidence: Evidence, cases: tuple[PlannedCase, ...]) -> dict[int, Diagnosis]:
    """What can be said of a run's errors, for each case that it is true of, by the case's index."""
    where = which_cases(evidence, cases)
    of_all = _common(evidence.wrong)
    found = {}
    for seen in evidence.wrong:
        what = of_all or _each(seen)
        if what or where:
            found[seen.index] = _diagnosis(where, what)
    if where:
        found.update({index: _diagnosis(where, None) for index in evidence.failed})
    return found


def _diagnosis(where: Said | None, what: Said | None) -> Diagnosis:
    sentences = [said[0] for said in (where, what) if said]
    question = (what or where or ("", ""))[1]
    return Diagnosis(misconception="", text=" ".join([*sentences, question]).strip())


def _common(wrong: tuple[Compared, ...]) -> Said | None:
    """What is true of every wrong case in the same words."""
    for look in (_an_input, _other_places, _one_scale, _one_shift, _scale_of_each):
        said = look(wrong)
        if said:
            return said
    return None


def _each(seen: Compared) -> Said | None:
    """What is true of one case by itself."""
    part = which_values(seen)
    return (f"Here {part[0]}.", part[1]) if part else None


def _an_input(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether the output is one of the inputs, or the same everywhere."""
    names = [name for name in wrong[0].arrays if all(_is(seen, seen.arrays[name]) for seen in wrong)] if wrong else []
    if names:
        name = "x itself" if names[0] == "x" else f"{names[0]}, whatever x is"
        return f"The output is {name}.", "Which step should have changed it, and is its result used?"
    if wrong and all(np.ptp(seen.got) == 0 for seen in wrong):
        return "All values of the output are the same.", "Which step makes them so? Look at a group's values before it."
    return None


def _is(seen: Compared, array: np.ndarray) -> bool:
    try:
        return bool(np.array_equal(seen.got, np.broadcast_to(array, seen.got.shape)))
    except ValueError:
        return False


def _other_places(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether the right values stand in wrong places."""
    if not wrong or not all(_is_permuted(seen) for seen in wrong):
        return None
    return (
        "The output holds the right values, but in other places.",
        "Which of your steps exchanges axes, and which brings them back?",
    )


def _is_permuted(seen: Compared) -> bool:
    got, expected = (np.sort(array, axis=None) for array in (seen.got, seen.expected))
    return bool(np.all(np.abs(got - expected) <= SLACK * seen.allowed.max()))


def _one_scale(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether each case's values are the right ones times one number."""
    scales = [scale(seen, np.ones(seen.got.shape, bool)) for seen in wrong]
    if not scales or any(found is None for found in scales):
        return None
    found = [(seen, s) for seen, s in zip(wrong, scales, strict=True) if s]
    before = f"Before {found[0][1].before} is added, your" if found[0][1].before else "Your"
    # Half precision knows the number less well: it tells only where there is nothing else.
    told = [(seen, s.factor) for seen, s in found if seen.case.x.dtype.itemsize > HALF] or [
        (seen, s.factor) for seen, s in found
    ]
    numbers = [factor for _, factor in told]
    return (
        f"{before} values are the right ones times {_numbers(numbers)}{_meaning([s for s, _ in told], numbers)}.",
        "Which step of yours multiplies or divides all values of a case by one number?",
    )


def _one_shift(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether each case's values are the right ones plus one number."""
    shifts = [shift(seen, np.ones(seen.got.shape, bool)) for seen in wrong]
    if not shifts or any(found is None for found in shifts):
        return None
    return (
        f"Your values are the right ones plus {_numbers([s for s in shifts if s is not None])}.",
        "Which step of yours adds one number to all values?",
    )


def _scale_of_each(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether values that share statistics, or a channel, are off by one number of their own."""
    for what, labels, question in _PARTS:
        parts = [(seen, labels(seen) == kind) for seen in wrong for kind in np.unique(labels(seen))]
        if not parts or any(where.sum() < 2 for _, where in parts):  # noqa: PLR2004 - one value fits any number
            continue
        scales = [scale(seen, where) for seen, where in parts]
        if all(scales):
            first = next(s for s in scales if s)
            before = f"Before {first.before} is added, the" if first.before else "The"
            power = _power_of_spread([(seen, where, s) for (seen, where), s in zip(parts, scales, strict=True) if s])
            return f"{before} values of each {what} are the right ones times a number of its own{power}.", question
        if all(shift(seen, where) is not None for seen, where in parts):
            return f"The values of each {what} are the right ones plus a number of its own.", question
    return None


_PARTS: tuple[tuple[str, Callable[[Compared], np.ndarray], str], ...] = (
    (
        "group",
        lambda seen: seen.sharing,
        "What do the values of a group have in common in your formula, beside their mean?",
    ),
    (
        "channel",
        lambda seen: np.broadcast_to(np.arange(seen.got.shape[-1]), seen.got.shape),
        "What belongs to the channels in the formula, and what to the groups?",
    ),
)


def _power_of_spread(parts: list[tuple[Compared, np.ndarray, object]]) -> str:
    """Whether each part's number is a power of its standard deviation."""
    spreads = np.array([seen.arrays["x"][where].std() for seen, where, _ in parts])
    factors = np.array([abs(found.factor) for _, _, found in parts])  # type: ignore[attr-defined]
    if not (spreads > 0).all() or not (factors > 0).all() or np.ptp(np.log(spreads)) == 0:
        return ""
    power = float(np.polyfit(np.log(spreads), np.log(factors), 1)[0])
    fits = np.abs(np.log(factors) - power * np.log(spreads)).max() < CLOSE
    return f": its standard deviation to the power {power:.2g}" if fits else ""


def _numbers(found: list[float]) -> str:
    """The number, or the first and the last of several."""
    least, most = min(found), max(found)
    if math.isclose(least, most, rel_tol=CLOSE):
        return f"{least:.4g}"
    return f"a number of each case's own, from {least:.4g} to {most:.4g}"


def _meaning(wrong: list[Compared], factors: list[float]) -> str:
    """What the numbers may be, if they are something that counts values."""
    counts = [_shared_by(seen) for seen in wrong]
    for name, formula in _KNOWN.items():
        wanted = list(formula(counts))
        if all(math.isclose(f, w, rel_tol=CLOSE) for f, w in zip(factors, wanted, strict=True)):
            return f", which is {name}"
    return ""


def _shared_by(seen: Compared) -> int:
    """How many values share statistics."""
    return int(np.unique(seen.sharing, return_counts=True)[1].max())


def _of(formula: Callable[[float], float]) -> Callable[[list[int]], Iterator[float]]:
    return lambda counts: (formula(n) if n > 1 else math.nan for n in counts)


_KNOWN: dict[str, Callable[[list[int]], Iterator[float]]] = {
    "-1: the sign is reversed": _of(lambda _: -1.0),
    "the root of 2": _of(lambda _: math.sqrt(2)),
    "sqrt((n - 1) / n) for n values that share a mean": _of(lambda n: math.sqrt((n - 1) / n)),
    "sqrt(n / (n - 1)) for n values that share a mean": _of(lambda n: math.sqrt(n / (n - 1))),
    "(n - 1) / n for n values that share a mean": _of(lambda n: (n - 1) / n),
    "n / (n - 1) for n values that share a mean": _of(lambda n: n / (n - 1)),
    "n, the number of values that share a mean": _of(float),
    "1 / n for n values that share a mean": _of(lambda n: 1 / n),
    "sqrt(n) for n values that share a mean": _of(math.sqrt),
    "1 / sqrt(n) for n values that share a mean": _of(lambda n: 1 / math.sqrt(n)),
}
