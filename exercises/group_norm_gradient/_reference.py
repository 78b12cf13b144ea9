"""The way back through group normalization per position, x of shape ``(..., C)``: the judge's float64 reference.

In the notation of ``reference.gradient``: u is the cotangent times gamma, n the normalised values and r the inverse
standard deviation of a group.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from grader.course import Arguments, Arrays

from .._group_norm import reference


@dataclass(frozen=True)
class Back:
    """What a way back is made of, by groups: arrays of shape ``(..., G, D)``, or ``(..., G, 1)``.

    Attributes:
      x: the input.
      mean: of a group.
      inverse_std: r.
      cotangent: the weights of the outputs.
      gamma: of shape ``(G, D)``.
    """

    x: np.ndarray
    mean: np.ndarray
    inverse_std: np.ndarray
    cotangent: np.ndarray
    gamma: np.ndarray

    @property
    def normalized(self) -> np.ndarray:
        """The values n."""
        return (self.x - self.mean) * self.inverse_std

    @property
    def weights(self) -> np.ndarray:
        """The values u."""
        return self.cotangent * self.gamma


def back(arrays: Arrays, arguments: Arguments) -> Back:
    """All that a way back needs."""
    x, groups = arrays["x"], arguments["num_groups"]
    grouped = x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups)
    mean = grouped.mean(axis=-1, keepdims=True)
    inverse_std = 1.0 / np.sqrt(grouped.var(axis=-1, keepdims=True) + arguments["eps"])
    return Back(
        grouped, mean, inverse_std, arrays["cotangent"].reshape(grouped.shape), arrays["gamma"].reshape(groups, -1)
    )


def of_parameter(
    summed: Callable[[Back], np.ndarray], total: Callable[..., np.ndarray] = np.sum
) -> Callable[[Arrays, Arguments], np.ndarray]:
    """A gradient with respect to gamma or beta: what is summed over all positions, one sum a channel."""

    def gradient(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        return total(summed(back(arrays, arguments)).reshape(-1, arrays["x"].shape[-1]), axis=0)

    return gradient


def _moved_gamma(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """The normalised values move as they do as an output, the cotangent by one unit."""
    channels = arrays["x"].shape[-1]
    bare = {"x": arrays["x"], "gamma": np.ones(channels), "beta": np.zeros(channels)}
    normalized = np.abs(reference.value(bare, arguments))
    each = np.abs(arrays["cotangent"]) * (reference.moved(bare, arguments, epsilon) + normalized * epsilon)
    return each.reshape(-1, channels).sum(axis=0)


def _moved_beta(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """The cotangent moves by one unit."""
    return np.abs(arrays["cotangent"]).reshape(-1, arrays["x"].shape[-1]).sum(axis=0) * epsilon


def _landmarks(arrays: Arrays, arguments: Arguments, of: str) -> tuple[tuple[str, np.ndarray], ...]:
    """The closed form's values in order, what the way there computes, and what some right programs compute besides."""
    b, shape = back(arrays, arguments), arrays["x"].shape
    n, u, r = b.normalized, b.weights, b.inverse_std
    mean_u, mean_un = u.mean(axis=-1, keepdims=True), (u * n).mean(axis=-1, keepdims=True)
    size = n.shape[-1]
    centred, given = b.x - b.mean, arrays["cotangent"]
    there = [("", value) for _, value in reference.landmarks(arrays, arguments)]
    if of == "gamma":
        products = (b.cotangent * n).reshape(shape)
        means = ("normalised values", n.reshape(shape)), ("cotangent times the normalised values", products)
        return *there, ("", given), ("", u.reshape(shape)), *means, ("gradient", GAMMA(arrays, arguments))
    if of == "beta":
        return *there, ("", given), ("gradient", BETA(arrays, arguments))
    terms = (mean_u, size * mean_u, r * mean_u, r * size * mean_u, n * mean_un, size * mean_un, r * n * mean_un)
    return (
        *there,
        *(("", value) for value in (given, 1 / r**2, r**2, r**3, r * u, u * n, size * u, u * centred, r / size)),
        *(("", sign * value) for value in terms for sign in (1, -1)),
        *(("", value) for value in (-centred, centred * r**3, -centred * r**3, (u * centred).sum(axis=-1))),
        ("inverse standard deviation", r),
        ("cotangent times gamma", u.reshape(shape)),
        ("mean of that over a group", mean_u),
        ("mean of its product with the normalised values", mean_un),
        *(("", value) for value in (u - mean_u, n * mean_un, u - n * mean_un, u - mean_u - n * mean_un)),
        ("gradient", reference.gradient(arrays, arguments)),
    )


def needed(arrays: Arrays, arguments: Arguments) -> int:
    """How many numbers must be kept: x, and a mean and an inverse standard deviation a group."""
    x = arrays["x"]
    return x.size + 2 * x.size // x.shape[-1] * arguments["num_groups"]


GAMMA = of_parameter(lambda b: b.cotangent * b.normalized)
BETA = of_parameter(lambda b: b.cotangent)
REFERENCE = replace(
    reference.REFERENCE,
    gradients={"gamma": (GAMMA, _moved_gamma), "beta": (BETA, _moved_beta)},
    gradient_landmarks=_landmarks,
)
