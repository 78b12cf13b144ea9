"""What the errors themselves say, where no misconception fits: which cases, which values, and off by what.

Nothing here shows an expected value: only where answers differ, and the one number by which they do.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from grader.diagnosis.evidence import Compared, Evidence
from grader.diagnosis.fits import SLACK, Scale, scale, shift
from grader.diagnosis.parts import Said, which_values
from grader.diagnosis.where import which_cases
from grader.plan import PlannedCase
from grader.report import Diagnosis

HALF = 2  # bytes
CLOSE = 1e-4  # relative: a number is taken for another, such as sqrt(n / (n - 1))
FEWEST = 2  # values, for a number that fits them to mean anything
MOVED = 0.1  # of the values' range


def described(evidence: Evidence, cases: tuple[PlannedCase, ...]) -> dict[int, Diagnosis]:
    """What can be said of a run's errors, for each case that it is true of, by the case's index."""
    where = which_cases(evidence, cases)
    whats = _what(evidence.wrong) if evidence.wrong else {}
    if evidence.wrong and not (where or whats):
        return dict.fromkeys((seen.index for seen in evidence.wrong), _unknown(evidence.wrong))
    told = evidence.failed + tuple(seen.index for seen in evidence.wrong)
    return {index: _diagnosis(where, whats.get(index)) for index in told if where or index in whats}


def thoughtless(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether the output is one of the inputs, or the same everywhere, or no number at all."""
    if all(not np.isfinite(seen.got).any() for seen in wrong):
        return "No value of the output is a finite number.", _not_finite(wrong[0])[1]
    names = [name for name in wrong[0].arrays if all(_is(seen, name) for seen in wrong)]
    if names:
        name = "x itself" if names[0] == "x" else f"{names[0]}, whatever x is"
        return f"The output is {name}.", "Which step should have changed it, and is its result used?"
    if all(np.ptp(seen.got) == 0 for seen in wrong):
        return "All values of the output are the same.", "Which step makes them so, and what is it given?"
    return None


def _unknown(wrong: tuple[Compared, ...]) -> Diagnosis:
    """What is left to say; that nothing was recognised is worth knowing too."""
    text = "No known mistake gives these values, nor is there one number by which they are off."
    few = all(seen.wrong.sum() < seen.wrong.size / 2 for seen in wrong)
    question = (
        "Only some of the values are wrong: what do they have in common?"
        if few
        else "Which of your steps can you check by hand, on two or three numbers?"
    )
    return Diagnosis(misconception="", text=f"{text} {question}")


def _diagnosis(where: Said | None, what: Said | None) -> Diagnosis:
    sentences = [said[0] for said in (where, what) if said]
    question = (what or where or ("", ""))[1]
    return Diagnosis(misconception="", text=" ".join([*sentences, question]))


def _what(wrong: tuple[Compared, ...]) -> dict[int, Said]:
    """What is true of wrong cases in the same words, by the case's index; the plainest first."""
    finite = tuple(seen for seen in wrong if np.isfinite(seen.got).all())
    found = {seen.index: _not_finite(seen) for seen in wrong if seen not in finite}
    if said := thoughtless(wrong):
        return {seen.index: said for seen in wrong}
    for look in (other_places, _one_scale, _one_shift, _other_argument, which_values, _one_each):
        said = look(finite) if finite else None
        if said:
            return {**found, **(said if isinstance(said, dict) else {seen.index: said for seen in finite})}
    return found


def _not_finite(seen: Compared) -> Said:
    count = int((~np.isfinite(seen.got)).sum())
    question = "Which step gives the first of them: a root of something negative, or a division of 0 by 0?"
    return f"{count} of {seen.got.size} values are not finite numbers.", question


def _is(seen: Compared, name: str) -> bool:
    array = seen.arrays[name]
    try:
        return bool(np.all(np.abs(seen.got - np.broadcast_to(array, seen.got.shape)) <= seen.allowed))
    except ValueError:  # shapes that do not line up
        return False


def other_places(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether the right values stand in wrong places."""
    if not all(_is_permuted(seen) for seen in wrong):
        return None
    return (
        "The output holds the right values, but in other places.",
        "Which of your steps exchanges axes, and which brings them back?",
    )


def _is_permuted(seen: Compared) -> bool:
    got, expected = (np.sort(array, axis=None) for array in (seen.got, seen.expected))
    if not np.all(np.abs(got - expected) <= SLACK * seen.allowed.max()):
        return False
    # What is merely inexact has the right values nearly in their places.
    return bool(np.abs(seen.got - seen.expected).max() > MOVED * np.ptp(seen.expected))


def _one_scale(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether each case's values are the right ones times one number."""
    scales = [scale(seen, np.ones(seen.got.shape, bool)) for seen in wrong]
    found = [one for one in scales if one and abs(one.factor - 1) > CLOSE]
    if len(found) < len(wrong):
        return None
    told = _told_by(list(zip(wrong, [one.factor for one in found], strict=True)))
    return (
        f"{_sentence(found[0], 'your values are')} the right ones times {_numbers(told)}{_meaning(told)}.",
        "Which step of yours multiplies or divides all values of a case by one number?",
    )


def _one_shift(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether each case's values are the right ones plus one number."""
    shifts = [shift(seen, np.ones(seen.got.shape, bool)) for seen in wrong]
    found = [one for one in shifts if one is not None]
    if len(found) < len(wrong):
        return None
    told = _told_by(list(zip(wrong, found, strict=True)))
    return (
        f"Your values are the right ones plus {_numbers(told)}.",
        "Which step of yours adds one number to all values?",
    )


def _other_argument(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether the values are right, for another value of a fractional argument."""
    for name in (name for name, value in wrong[0].case.arguments.items() if isinstance(value, float)):
        left_out = all(name not in seen.case.case.arguments for seen in wrong)
        for words, other in _DEFAULTS if left_out else _OTHERS:
            if all(_is_right_for(seen, {name: other(seen.case.arguments[name])}) for seen in wrong):
                question = (
                    "Which default does the statement give it?" if left_out else f"What does your code do with {name}?"
                )
                return f"Your values are right for {words.format(name=name)}.", question
    return None


def _is_right_for(seen: Compared, changes: Mapping[str, float]) -> bool:
    arguments = {**seen.case.arguments, **changes}
    with np.errstate(all="ignore"):
        expected = seen.reference.value(seen.arrays, arguments)
        return bool(np.all(np.abs(seen.got - expected) <= SLACK * seen.allowed))


_NUMBERS = (0.0, *10.0 ** np.arange(-12, 1))
_Others = tuple[tuple[str, Callable[[float], float]], ...]
_OTHERS: _Others = (
    *((f"{{name}}={value:g}, whatever {{name}} is given", lambda _, v=value: v) for value in _NUMBERS),
    *((f"{value:g} times {{name}}", lambda given, v=value: v * given) for value in (2.0, 0.5, 10.0, 0.1, -1.0)),
    ("the square of {name}", lambda given: given**2),
    ("the root of {name}", lambda given: abs(given) ** 0.5),
)
# Where it is left out in every wrong case, it is the program's own default that is seen.
_DEFAULTS: _Others = tuple(
    (f"{{name}}={value:g}, where {{name}} is left out", lambda _, v=value: v) for value in _NUMBERS
)


def _one_each(wrong: tuple[Compared, ...]) -> Said | None:
    """Whether the values of a group, or of a channel, are off by one number of their own."""
    for what, labels, question in _PARTS:
        labelled = [(seen, found) for seen in wrong if (found := labels(seen)) is not None]
        parts = [(seen, found == kind) for seen, found in labelled for kind in np.unique(found)]
        parts = [(seen, where) for seen, where in parts if where.sum() >= FEWEST]
        scales = [scale(seen, where) for seen, where in parts]
        if scales and all(scales):
            found = [(seen, where, one) for (seen, where), one in zip(parts, scales, strict=True) if one]
            begun = _sentence(found[0][2], f"the values of each {what} are")
            return f"{begun} the right ones times a number of its own{_trend(found)}.", question
        if parts and all(shift(seen, where) is not None for seen, where in parts):
            return f"The values of each {what} are the right ones plus a number of its own.", question
    return None


_PARTS: tuple[tuple[str, Callable[[Compared], np.ndarray | None], str], ...] = (
    (
        "group",
        lambda seen: seen.sharing if seen.sharing.shape == seen.case.x.shape else None,
        "What do the values of a group have in common in the formula, beside their mean?",
    ),
    (
        "channel",
        lambda seen: seen.channels,
        "What belongs to the channels in the formula, and what to the groups?",
    ),
)


def _trend(parts: list[tuple[Compared, np.ndarray, Scale]]) -> str:
    """Whether the number grows, or shrinks, with the part's spread, in every case by itself."""
    signs = set()
    for case in {id(seen): seen for seen, _, _ in parts if seen.case.x.dtype.itemsize > HALF}.values():
        of_case = [(seen.arrays["x"][where].std(), abs(one.factor)) for seen, where, one in parts if seen is case]
        factors = np.diff([factor for _, factor in sorted(of_case)])
        signs |= set(np.sign(factors))
    words = {1.0: ", the larger, the wider it is", -1.0: ", the smaller, the wider it is"}
    return words.get(float(signs.pop()), "") if len(signs) == 1 else ""


def _sentence(one: Scale, words: str) -> str:
    """The words as the beginning of a sentence."""
    return f"Before {one.before} is added, {words}" if one.before else words[0].upper() + words[1:]


def _told_by(found: list[tuple[Compared, float]]) -> list[tuple[Compared, float]]:
    """The cases whose numbers are told: half precision knows them less well, and tells only where nothing else does."""
    return [(seen, number) for seen, number in found if seen.case.x.dtype.itemsize > HALF] or found


def _numbers(found: list[tuple[Compared, float]]) -> str:
    """The number, or the least and the greatest of several."""
    numbers = [number for _, number in found]
    least, most = min(numbers), max(numbers)
    if math.isclose(least, most, rel_tol=CLOSE):
        return f"{least:.4g}"
    return f"a number of each case's own, from {least:.4g} to {most:.4g}"


def _meaning(found: list[tuple[Compared, float]]) -> str:
    """What the numbers may be, if they follow from how many values share statistics."""
    for name, formula in _KNOWN.items():
        if all(math.isclose(number, formula(_shared_by(seen)), rel_tol=CLOSE) for seen, number in found):
            return f": {name}"
    return ""


def _shared_by(seen: Compared) -> int:
    return int(np.unique(seen.sharing, return_counts=True)[1].max())


def _ratio(n: int) -> float:
    return n / (n - 1) if n > 1 else math.nan


_KNOWN: dict[str, Callable[[int], float]] = {
    "the sign is reversed": lambda _: -1.0,
    "the root of 2": lambda _: math.sqrt(2),
    "sqrt((n - 1) / n) for n values that share a mean": lambda n: 1 / math.sqrt(_ratio(n)),
    "sqrt(n / (n - 1)) for n values that share a mean": lambda n: math.sqrt(_ratio(n)),
    "(n - 1) / n for n values that share a mean": lambda n: 1 / _ratio(n),
    "n / (n - 1) for n values that share a mean": _ratio,
    "n, the number of values that share a mean": float,
    "1 / n for n values that share a mean": lambda n: 1 / n,
    "sqrt(n) for n values that share a mean": math.sqrt,
    "1 / sqrt(n) for n values that share a mean": lambda n: 1 / math.sqrt(n),
}
