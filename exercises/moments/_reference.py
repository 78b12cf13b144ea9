"""Mean and variance of groups of channels, on x of shape ``(..., C)``: the judge's float64 reference, and its parts.

Right part by part, so that two wrong ideas about different parts can be put together too:

    values = split(x, num_groups)               the groups, shape (..., G, D)
    mean = mean(values, num_groups)             shape (..., G)
    variance = variance(values, mean, num_groups)
    first, second = order(mean, variance)
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.course import Arguments, Arrays, Reference, end_to_end

Parts = Mapping[str, Callable[..., Any]]

# How many units in the last place a right mean is off by: what is left of the variance of equal values is its square.
MEAN_OFF = 2.0


def cut(x: np.ndarray, num_groups: int) -> np.ndarray:
    """Adjacent channels, shape ``(..., G, C / G)``."""
    return x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)


def about(values: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """The mean squared difference from ``mean``, which has one element a group."""
    return ((values - mean[..., None]) ** 2).mean(axis=-1)


RIGHT: Parts = {
    "split": cut,
    "mean": lambda values, _: values.mean(axis=-1),
    "variance": lambda values, mean, _: about(values, mean),
    "order": lambda mean, variance: (mean, variance),
}


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The two formulas with some of their parts replaced."""
    chosen = {**RIGHT, **parts}

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        num_groups = arguments["num_groups"]
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            values = chosen["split"](arrays["x"], num_groups)
            mean = chosen["mean"](values, num_groups)
            return end_to_end(*chosen["order"](mean, chosen["variance"](values, mean, num_groups)))

    return value


def _statistics(arrays: Arrays, arguments: Arguments) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Groups, means and variances, shapes ``(..., G, D)``, ``(..., G)`` and ``(..., G)``."""
    grouped = cut(arrays["x"], arguments["num_groups"])
    mean = grouped.sum(axis=-1) / grouped.shape[-1]
    return grouped, mean, ((grouped - mean[..., None]) ** 2).sum(axis=-1) / grouped.shape[-1]


def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """Mean and biased variance of each group, laid end to end."""
    _, mean, variance = _statistics(arrays, arguments)
    return end_to_end(mean, variance)


def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``value`` moves when every x moves by one unit in the last place.

    Of a group of D: the mean by 1/D * sum |x_i| epsilon; the variance, whose derivative is 2/D * (x_i - mean), by
    2/D * sum |x_i - mean| |x_i| epsilon. The derivative is 0 where all values are the same. There, and everywhere, the
    mean has been rounded on its way, and the variance about a mean that is off by d is larger by the square of d.
    """
    grouped, mean, _ = _statistics(arrays, arguments)
    steps = np.abs(grouped) * epsilon
    from_x = 2 * (np.abs(grouped - mean[..., None]) * steps).mean(axis=-1)
    return end_to_end(steps.mean(axis=-1), from_x + (MEAN_OFF * steps.max(axis=-1)) ** 2)


def returns(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Two arrays, one number a group in each."""
    shape = (*arrays["x"].shape[:-1], arguments["num_groups"])
    return ("mean", shape), ("variance", shape)


def mean_over_spread(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """|mean| / standard deviation for the variances, NaN for the means; infinite where all values are the same."""
    _, mean, variance = _statistics(arrays, arguments)
    with np.errstate(all="ignore"):
        return end_to_end(np.full(mean.shape, np.nan), np.nan_to_num(np.abs(mean) / np.sqrt(variance), nan=np.inf))


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formulas' values in order, and what some right programs compute besides."""
    grouped, mean, variance = _statistics(arrays, arguments)
    centred, size = grouped - mean[..., None], grouped.shape[-1]
    total = grouped.sum(axis=-1)
    shifted = grouped - grouped[..., :1]
    return (
        *(("", given) for given in (arrays["x"], np.array(float(size)), total, grouped / size)),
        *(("", value) for value in (shifted, shifted**2, shifted.mean(axis=-1), (shifted**2).mean(axis=-1))),
        ("mean", mean),
        ("x - mean", centred),
        *(("", value) for value in (np.abs(centred), centred**2 / size, (centred**2).sum(axis=-1))),
        ("squared differences", centred**2),
        ("variance", variance),
    )


REFERENCE = Reference(
    value=value,
    moved=moved,
    returns=returns,
    mean_over_spread=mean_over_spread,
    landmarks=landmarks,
)
