"""The numbers that an author wrote, from the float32 or narrower ones that a program holds.

JAX rounds 1e-5 and 1 / 3 to float32 before it traces. In float64 the idea would then be off by 3e-8, which hides what
is compared at 1e-9. The simplest number that rounds to the same float32 is what was meant; where it is not, it is still
within one rounding.
"""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np

DIGITS = 6  # of a decimal fraction
DENOMINATORS = (8, 64, 512, 4096)  # of a ratio, tried in this order
SIZE = 1024  # elements; a larger constant is data, and stays as it is


@lru_cache(maxsize=4096)
def meant(value: float, dtype: np.dtype) -> Fraction | float:
    """Returns the simpler of the shortest decimal fraction and the smallest ratio that round to this value.

    Args:
      value: exact in ``dtype``.
      dtype: a floating-point dtype. In one of more than 32 bits a value is what it is.
    """
    if dtype.itemsize > 4 or not np.isfinite(value) or value == int(value):
        return value
    exact = Fraction(value)
    decimals = ((10**n, Fraction(f"{value:.{n}g}")) for n in range(1, DIGITS + 1))
    ratios = [exact.limit_denominator(n) for n in DENOMINATORS]
    ratios += [1 / r for n in DENOMINATORS if (r := (1 / exact).limit_denominator(n))]
    costs = ((abs(r.numerator) * r.denominator, r) for r in ratios)
    rounded = [(cost, found) for cost, found in (*decimals, *costs) if float(dtype.type(float(found))) == value]
    return min(rounded, default=(0, value))[1]


def all_meant(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Does the same for each value of a small array of ``dtype``, and returns float64."""
    wide = array.astype(np.float64)
    if wide.size > SIZE or dtype.itemsize > 4:
        return wide
    return np.array([float(meant(float(v), dtype)) for v in wide.ravel()], np.float64).reshape(wide.shape)


def decimal(value: Fraction | float) -> Decimal:
    """As a decimal, to the precision of the context."""
    return Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else Decimal(float(value))
