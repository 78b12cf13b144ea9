"""Ideas that live in rounding: right on paper, so that no two programs err alike. Their signature gives them away."""

from typing import Literal

import ml_dtypes
import numpy as np

from grader.diagnosis.evidence import Evidence
from grader.diagnosis.fits import scale
from grader.judge.comparison import Values
from grader.judge.tolerance import FACTOR

UNITS = 8.0  # of the last place of the mean's square: what a variance that cancels is off by, at most
HALF_WIDTH = 2.0  # of what one rounding in half precision moves: right programs in half precision stay below 1.1
MOST = 0.6  # of the float32 cases: the others are exact in half precision, or nothing of x is left in them
SCATTER = 0.2  # of the squared errors that no common factor may explain
APART = 8  # units in the last place that a group's spread must have
WIDE = 4  # bytes


def fits(kind: Literal["cancellation", "half"], evidence: Evidence) -> bool:
    """Whether the errors are those of this kind of rounding, and of nothing else."""
    if not evidence.wrong:
        return False
    return _cancels(evidence) if kind == "cancellation" else _is_half(evidence)


def _cancels(evidence: Evidence) -> bool:
    """Each wrong group has a variance that is off by the rounding of its mean's square, and nothing else is off.

    The error of a group's variance, as a share of it, may grow with the square of mean / spread and no faster: for
    means that are not large it is nothing. What is right up to the variance is right up to one factor a group.
    """
    return all(
        _only_variances_are_off(seen) if seen.reference.mean_over_spread else _only_the_variance_is_off(seen)
        for seen in evidence.wrong
    )


def _only_variances_are_off(seen: Values) -> bool:
    """For outputs that are variances themselves: none is off by more, and nothing else is off."""
    if seen.reference.mean_over_spread is None:
        return False
    ratio = seen.reference.mean_over_spread(seen.arrays, seen.case.arguments)[seen.wrong]
    got, expected = seen.got[seen.wrong], seen.expected[seen.wrong]
    with np.errstate(all="ignore"):
        off = UNITS * float(ml_dtypes.finfo(seen.case.x.dtype).eps) * ratio**2
        return bool(np.all(np.isfinite(off) & (np.abs(got / expected - 1) <= off)))


def _mean_over_spread(seen: Values) -> np.ndarray:
    """For each element, of those that share its statistics; infinite where these are all the same."""
    x, found = seen.arrays["x"], np.zeros(seen.got.shape)
    for label in np.unique(seen.sharing):
        of_it = seen.sharing == label
        spread = x[of_it].std()
        found[of_it] = abs(x[of_it].mean()) / spread if spread else np.inf
    return found


def _only_the_variance_is_off(seen: Values) -> bool:
    if seen.sharing.shape != seen.case.x.shape:
        return False
    epsilon = float(ml_dtypes.finfo(seen.case.x.dtype).eps)
    ratio = _mean_over_spread(seen)
    for label in np.unique(seen.sharing[seen.wrong]):
        of_it = seen.sharing == label
        off = UNITS * epsilon * float(ratio[of_it].max()) ** 2
        if np.isinf(off):  # constant, so that no square cancels by less than all
            return False
        if not np.isfinite(seen.got[of_it]).all():
            if off < 1:  # too little for a variance below 0
                return False
            continue
        fit = scale(seen, of_it)
        if fit is None or not fit.factor or abs(1 / fit.factor**2 - 1) > off:
            return False
    return True


def _is_half(evidence: Evidence) -> bool:
    """Most float32 cases are wrong, all by no more than one rounding in half precision moves, and to no one side.

    Where x itself is in half precision and a right program computes in float32, it is most of those.
    """
    if any(seen.got.shape != seen.case.x.shape for seen in evidence.values):
        return False
    if narrow := [seen for seen in evidence.values if seen.reference.inside]:
        return len(evidence.wrong) >= MOST * len(narrow) and all(_as_narrow(seen) for seen in narrow)
    wide = [seen for seen in evidence.values if seen.case.x.dtype.itemsize == WIDE]
    wrong = [seen for seen in wide if seen.wrong.any()]
    if len(wrong) < MOST * len(wide) or not all(_as_half(seen) for seen in evidence.values):
        return False
    off, left = np.sum([_off_and_left(seen) for seen in wrong], axis=0)
    return bool(left > SCATTER * off > 0)


def _as_narrow(seen: Values) -> bool:
    """Whether no error is larger than x's own precision explains, wherever no square is too large for it."""
    narrow = ml_dtypes.finfo(seen.case.x.dtype)
    moved = seen.reference.moved(seen.arrays, seen.case.arguments, float(narrow.eps))
    off, x = np.abs(seen.got - seen.expected), seen.arrays["x"]
    too_large = np.unique(seen.sharing[x**2 >= float(narrow.max)])
    small = moved + np.abs(seen.expected) * float(narrow.eps) + seen.allowed
    return bool(np.all((off <= HALF_WIDTH * small) | np.isin(seen.sharing, too_large)))


def _off_and_left(seen: Values) -> tuple[float, float]:
    """The squared errors; and what is left of them once the values are scaled by the factor that fits best."""
    added = next(iter(seen.added.values()), 0.0)
    got, expected, weights = seen.got - added, seen.expected - added, 1 / seen.allowed**2
    keep = _sees_apart(seen)
    got, expected, weights = got[keep], expected[keep], weights[keep]
    factor = (weights * got * expected).sum() / max((weights * expected**2).sum(), np.finfo(float).tiny)
    return float((weights * (got - expected) ** 2).sum()), float((weights * (got - factor * expected) ** 2).sum())


def _sees_apart(seen: Values) -> np.ndarray:
    """Where half precision still sees the values of a group apart."""
    return _mean_over_spread(seen) * float(ml_dtypes.finfo(ml_dtypes.bfloat16).eps) < 1 / APART


def _as_half(seen: Values) -> bool:
    """Whether no error is larger than half precision's, wherever half precision still sees the values apart."""
    narrow = float(ml_dtypes.finfo(ml_dtypes.bfloat16).eps)
    given = float(ml_dtypes.finfo(seen.case.x.dtype).eps)
    allowed = seen.allowed * max(1.0, HALF_WIDTH / FACTOR * narrow / given)
    apart = _sees_apart(seen)
    return bool(np.all(np.abs(seen.got - seen.expected)[apart] <= allowed[apart]))
