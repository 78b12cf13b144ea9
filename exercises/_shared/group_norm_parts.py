"""The formula of group normalization per position, taken apart: a wrong idea replaces one part, or two.

Right part by part, so that two wrong ideas about different parts can be put together too:

    x = input(arrays)                           what is normalised
    cut, axes = split(x, num_groups)            the groups, and the axes that statistics run over
    centred = centre(cut, axes, eps)            the values without their mean
    normalised = centred / below(cut, axes, eps)
    y = affine(join(normalised, x), arrays, arguments)
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from exercises.spec import Arguments, Arrays

Parts = Mapping[str, Callable[..., Any]]
Axes = tuple[int, ...]
LAST = (-1,)


def cut(x: np.ndarray, num_groups: int) -> np.ndarray:
    """Adjacent channels, shape ``(..., G, C / G)``."""
    return x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)


def mean(values: np.ndarray, axes: Axes = LAST) -> np.ndarray:
    """The mean over the axes, which stay."""
    return values.mean(axis=axes, keepdims=True)


def var(values: np.ndarray, axes: Axes = LAST) -> np.ndarray:
    """The mean squared difference from the mean, over the axes, which stay."""
    return values.var(axis=axes, keepdims=True)


def count(values: np.ndarray, axes: Axes = LAST) -> int:
    """How many values share a mean."""
    return int(np.prod([values.shape[axis] for axis in axes]))


RIGHT: Parts = {
    "input": lambda arrays: arrays["x"],
    "split": lambda x, num_groups: (cut(x, num_groups), LAST),
    "centre": lambda values, axes, _: values - mean(values, axes),
    "below": lambda values, axes, eps: np.sqrt(var(values, axes) + eps),
    "join": lambda normalised, x: normalised.reshape(x.shape),
    "affine": lambda normalised, arrays, _: arrays["gamma"] * normalised + arrays["beta"],
}


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The formula with some of its parts replaced."""
    chosen = {**RIGHT, **parts}

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            x = chosen["input"](arrays)
            values, axes = chosen["split"](x, arguments["num_groups"])
            centred = chosen["centre"](values, axes, arguments["eps"])
            normalised = centred / chosen["below"](values, axes, arguments["eps"])
            return chosen["affine"](chosen["join"](normalised, x), arrays, arguments)

    return value
