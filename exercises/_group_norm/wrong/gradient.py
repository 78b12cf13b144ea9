"""Wrong ideas whose values are right: what the gradient does not pass through."""

from collections.abc import Callable

import numpy as np

from grader.course import Arguments, Arrays, Misconception

# In the notation of ``group_norm.gradient``: of the weights u and the normalised values n of a group, what is left of
# u - mean(u) - n * mean(u * n).
Left = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _idea(name: str, title: str, text: str, left: Left) -> Misconception:
    def gradient(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        x, groups = arrays["x"], arguments["num_groups"]
        grouped = x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups)
        inverse_std = 1.0 / np.sqrt(grouped.var(axis=-1, keepdims=True) + arguments["eps"])
        normalized = (grouped - grouped.mean(axis=-1, keepdims=True)) * inverse_std
        weights = (arrays["cotangent"] * arrays["gamma"]).reshape(grouped.shape)
        return (inverse_std * left(weights, normalized)).reshape(x.shape)

    return Misconception(name=name, title=title, text=text, gradient=gradient)


def _mean(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=-1, keepdims=True)


GRADIENT = (
    _idea(
        "no_gradient_of_statistics",
        "statistics without a gradient",
        "The output is right, but the gradient treats mean and variance as constants, as stop_gradient, or a detour "
        "through NumPy, makes them. Moving one value of a group moves the group's mean and variance too, and through "
        "them every other output of the group. Through which of your steps should that influence flow?",
        lambda weights, _: weights,
    ),
    _idea(
        "no_gradient_of_mean",
        "a mean without a gradient",
        "The output is right, but the gradient treats the mean as a constant. Moving one value of a group moves the "
        "mean, and with it every other output of the group. Where is the mean cut off from x?",
        lambda weights, normalized: weights - normalized * _mean(weights * normalized),
    ),
    _idea(
        "no_gradient_of_variance",
        "a variance without a gradient",
        "The output is right, but the gradient treats the variance as a constant. Moving one value away from the mean "
        "widens the group's spread, and so pulls its other outputs towards the mean. Where is the variance cut off "
        "from x?",
        lambda weights, _: weights - _mean(weights),
    ),
)
