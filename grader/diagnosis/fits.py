"""Simple relations between an answer and what was expected: one scale, or one shift."""

from typing import NamedTuple

import numpy as np

from grader.judge.comparison import Values

SLACK = 3.0  # of what is allowed: the fit's own error comes on top


class Scale(NamedTuple):
    """``got = factor * (expected - added) + added``, where ``added`` may be nothing.

    Attributes:
      factor: what the values are multiplied by.
      before: the parameter that is added afterwards, or "".
    """

    factor: float
    before: str


def scale(seen: Values, where: np.ndarray) -> Scale | None:
    """The one factor for all elements that ``where`` picks, if there is one."""
    for name, added in (*seen.added.items(), ("", np.zeros(seen.got.shape))):
        got, expected, allowed = ((array)[where] for array in (seen.got - added, seen.expected - added, seen.allowed))
        factor = _factor(got, expected, allowed)
        if factor is not None:
            return Scale(factor, name)
    return None


def shift(seen: Values, where: np.ndarray) -> float | None:
    """The one number that is added to all elements that ``where`` picks, if there is one."""
    off, allowed = (seen.got - seen.expected)[where], seen.allowed[where]
    if not np.isfinite(off).all():
        return None
    middle = float(np.average(off, weights=1 / allowed))
    return middle if np.all(np.abs(off - middle) <= SLACK * allowed) else None


def _factor(got: np.ndarray, expected: np.ndarray, allowed: np.ndarray) -> float | None:
    weights = 1 / allowed**2
    total = float((weights * expected**2).sum())
    if not np.isfinite(got).all() or total == 0:
        return None
    factor = float((weights * got * expected).sum()) / total
    close = np.abs(got - factor * expected) <= SLACK * allowed * max(1.0, abs(factor))
    return factor if close.all() else None
