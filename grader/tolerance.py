"""How far a right answer may be from the exact one: a matter of the case's conditioning, not of taste."""

import ml_dtypes
import numpy as np

from exercises.spec import Arguments, Arrays, Reference

# Right programs of twelve algorithms, plain, under jit and under vmap, in three dtypes, err by at most 1.1 times what
# one rounding of every input moves; the wrong idea nearest to right, one-pass variance, by at least 100 times over 200
# seeds. Ten lies between. tests/grader/test_tolerance.py measures both.
FACTOR = 10.0


def allowed_error(reference: Reference, arrays: Arrays, arguments: Arguments, dtype: np.dtype) -> np.ndarray:
    """The largest error accepted at each element of the output.

    Args:
      reference: gives the exact output and how far it moves.
      arrays: float64 input and parameters.
      arguments: the entry's arguments.
      dtype: what a right program computes in at the least: the dtype of the input.

    Returns:
      float64 array of the output's shape: FACTOR times (the movement of the exact output when every input moves by one
      unit in the last place of ``dtype``, plus one such unit of the output).
    """
    epsilon = float(ml_dtypes.finfo(dtype).eps)
    expected = reference.value(arrays, arguments)
    return FACTOR * (reference.moved(arrays, arguments, epsilon) + np.abs(expected) * epsilon)
