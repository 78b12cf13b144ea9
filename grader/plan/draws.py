"""Draws inputs from a seed with PCG64's raw integers and integer arithmetic: the same bits on every platform.

Neither ``Generator.normal`` nor ``jax.random`` promises that across versions; the raw stream of a NumPy bit generator
does. The sum of four 16-bit integers is bell-shaped. It is scaled and truncated, still as an integer, to as many bits
as the dtype holds exactly, and only then converted to a float, so nothing is ever rounded.
"""

import math
import zlib

import ml_dtypes
import numpy as np

from grader.course import Draw, Fixed, Given, Made

HALF = ("bfloat16", "float16")
LARGEST_SEED = 2**31 - 1  # what PRNGKey takes on every platform, and what a float holds exactly
_SUM_BITS = 18  # the scaled sum of four 16-bit integers has standard deviation 1.01 * 2**18 / 4, see _bell
_WIDEST = 3.5  # the largest distance of a value from the mean, in standard deviations


def draw(what: Given, *, seed: int, key: str) -> np.ndarray:
    """Draws one array.

    Args:
      what: Shape, dtype and distribution of the array.
      seed: Seed of the run, 0 or more.
      key: What the array is for; each key has its own random stream.

    Returns:
      Array of ``what``'s shape and dtype.

    Raises:
      ValueError: If the dtype cannot hold the values exactly.
    """
    if isinstance(what, Made):
        return what.by(seed)
    dtype = np.dtype(getattr(ml_dtypes, what.dtype, what.dtype))
    if isinstance(what, Fixed):
        exact = np.array(what.values, np.float64).reshape(what.shape)
    else:
        exact = _bell(what, np.random.PCG64(np.random.SeedSequence([seed, zlib.crc32(key.encode())])), dtype)
    array = exact.astype(dtype)
    if not np.array_equal(array.astype(np.float64), exact):
        few = "values such as halves and quarters" if isinstance(what, Fixed) else "a power of two as std, a round mean"
        raise ValueError(f"{what} asks for values that are not exact in {what.dtype}; take {few}")
    return array


def _bell(what: Draw, stream: np.random.PCG64, dtype: np.dtype) -> np.ndarray:
    """Values on the finest grid that the dtype holds exactly, as float64."""
    same = {axis % len(what.shape) for axis in what.same_along}
    shape = tuple(1 if axis in same else length for axis, length in enumerate(what.shape))
    raw = np.asarray(stream.random_raw(math.prod(shape)), dtype=np.uint64).reshape(shape)
    sixteen = np.stack([raw >> np.uint64(shift) & np.uint64(0xFFFF) for shift in (0, 16, 32, 48)]).astype(np.int64)
    # The sum's standard deviation is sqrt(4/12) * 2**16; 7/4 of it is 1.01 * 2**16, and its extremes are 3.5 * 2**16.
    bell = 7 * (sixteen.sum(axis=0) - 2 * 0xFFFF)
    significant = 1 + ml_dtypes.finfo(dtype).nmant
    fraction_bits = min(_SUM_BITS, significant - math.ceil(math.log2(abs(what.mean) / what.std + _WIDEST)))
    on_grid = bell >> (_SUM_BITS - fraction_bits)
    exact = on_grid.astype(np.float64) * (what.std * 2.0**-fraction_bits) + what.mean
    return np.broadcast_to(exact, what.shape)
