"""Wrong ideas about half precision: what is rounded too early, and what is computed in too few digits."""

from collections.abc import Callable
from dataclasses import replace

import ml_dtypes
import numpy as np

from grader.course import Arrays, Misconception

from .._group_norm.parts import Axes, count, mean, var
from .._group_norm.wrong import samples
from ._reference import LAYOUT


def narrow(x: np.ndarray) -> type:
    """The half-precision dtype that x is exact in: bfloat16 wherever that will do."""
    near = np.abs(x.astype(ml_dtypes.bfloat16).astype(np.float64) - x) <= 1e-5 * np.abs(x)
    return ml_dtypes.bfloat16 if near.all() else np.float16


def rounded(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The values in the dtype that ``like`` is exact in."""
    with np.errstate(over="ignore"):
        return np.asarray(values).astype(narrow(like)).astype(np.float64)


def _idea(name: str, title: str, text: str, **parts: Callable) -> Misconception:
    return Misconception(name=name, title=title, text=text, value=LAYOUT.assemble(parts), parts=parts)


def _spread_in_half(values: np.ndarray, axes: Axes, eps: float) -> np.ndarray:
    centred = rounded(values - rounded(mean(values, axes), values), values)
    return np.sqrt(rounded(mean(rounded(centred**2, values), axes), values) + eps)


def _rounded_parameters(normalised: np.ndarray, arrays: Arrays, _: object) -> np.ndarray:
    gamma, beta = (rounded(arrays[name], arrays["x"]) for name in ("gamma", "beta"))
    return gamma * normalised + beta


HALF = replace(
    _idea(
        "half_on_the_way",
        "a value on the way that has only half precision",
        "The formula is right: the errors are those of one or more roundings to the dtype of x before the last one. "
        "Where squares exceed 65,504, float16 has no number for them at all. A mean, a difference, a square or a "
        "normalised value was kept in that dtype, and a float32 gamma afterwards does not bring back the digits that "
        "it lost. At which line does x become float32, and does anything become narrow again before the last?",
        centre=lambda v, axes, _: rounded(v - rounded(mean(v, axes), v), v),
        below=_spread_in_half,
    ),
    rounding="half",
)

PRECISION = (
    HALF,
    _idea(
        "parameters_rounded",
        "gamma and beta rounded to the dtype of x",
        "The normalised values are right to float32's last digits. gamma and beta came in float32 too, and have lost "
        "most of their digits before they are used, as they do when they are cast to the dtype of x so that nothing is "
        "promoted. When is the time to return to that dtype?",
        affine=_rounded_parameters,
    ),
    _idea(
        "eps_rounded",
        "an eps that is rounded to the dtype of x",
        "All is right but where the values of a group are close together, and eps is small. In float16 the numbers "
        "next to 1e-6 are 9.5e-7 and 1.01e-6, and what is below 3e-8 is 0. Of which dtype is the variance when eps "
        "is added to it, and what does that make of eps?",
        below=lambda v, axes, eps: np.sqrt(var(v, axes) + rounded(np.array(eps), v)),
    ),
)

_KEPT = ("eps_outside_root", "eps_ignored", "missing_root", "sample_variance", "affine_missing", "affine_swapped")
FORMULA = tuple(idea for idea in LAYOUT.adapted(samples.PER_SAMPLE) if idea.name in _KEPT)

MISCONCEPTIONS = (
    *PRECISION,
    *FORMULA,
    _idea(
        "divided_by_channels",
        "sums over all values of a group, divided by the channels alone",
        "In a group, the sums run over all positions and channels. What they are divided by is the number of channels. "
        "How many values went into the sum?",
        centre=lambda v, axes, _: v - mean(v, axes) * count(v, axes) / v.shape[-1],
        below=lambda v, axes, eps: np.sqrt(
            ((v - mean(v, axes) * count(v, axes) / v.shape[-1]) ** 2).sum(axis=axes, keepdims=True) / v.shape[-1] + eps
        ),
    ),
)
