"""How far a right answer may be from the exact one: a matter of the case's conditioning, not of taste."""

import ml_dtypes
import numpy as np

from grader.course import Arguments, Arrays, Reference

# Measured by ``grader author survey``: right programs of 22 algorithms, plain, under jit and vmap, in three dtypes, err
# by at most 1.3 times what one rounding of every input moves, over 200 seeds and both exercises (the one that errs
# most computes x * a + b). The wrong idea nearest to right, one-pass variance, errs by at least 150 times that in the
# case that catches it. 10 stands between the two, with room of 8 on one side and of 15 on the other.
FACTOR = 10.0

# One rounding to nearest is off by half a unit in the last place, and a right program is to have room for twice that.
ROUNDED_ONCE = 1.0


def unit(reference: Reference, dtype: np.dtype) -> float:
    """One unit in the last place of 1, in the dtype that a right program computes in for an input of ``dtype``."""
    return float(ml_dtypes.finfo(reference.inside or dtype).eps)


def rounding(reference: Reference, values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """What the last rounding, to ``dtype``, may move each value by; nothing where a program computes in that dtype."""
    if not reference.inside:
        return np.zeros(values.shape)
    narrow = ml_dtypes.finfo(dtype)
    return ROUNDED_ONCE * (np.abs(values) * float(narrow.eps) + float(narrow.smallest_subnormal))


def allowed_error(
    reference: Reference, arrays: Arrays, arguments: Arguments, dtype: np.dtype, expected: np.ndarray
) -> np.ndarray:
    """The largest error accepted at each element of the output.

    Args:
      reference: gives the exact output and how far it moves.
      arrays: float64 input and parameters.
      arguments: the entry's arguments.
      dtype: what a right program computes in at the least: the dtype of the input.
      expected: the exact output.

    Returns:
      float64 array of the output's shape: FACTOR times (the movement of the exact output when every input moves by one
      unit in the last place of ``dtype``, plus one such unit of the output). Where a right program computes in a wider
      dtype, units are of that, and ROUNDED_ONCE units of ``dtype`` are added.
    """
    epsilon = unit(reference, dtype)
    within = FACTOR * (reference.moved(arrays, arguments, epsilon) + np.abs(expected) * epsilon)
    return within + rounding(reference, expected, dtype)
