"""Group normalization of padded samples, x of shape ``(N, *spatial, C)``: the judge's float64 reference.

What a mask leaves of a sample is a table of positions and channels. Group normalization per sample, of that table
alone, is the answer: its reference serves, and so do its conditioning and its gradient. Padding gets 0.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.course import Arguments, Arrays, Made, Reference

from .._group_norm.layouts import Layout

Parts = Mapping[str, Callable[..., Any]]
Axes = tuple[int, ...]
PER_SAMPLE = Layout().reference()


def mask(counts: tuple[int, ...], spatial: tuple[int, ...], *, scattered: bool = False) -> Made:
    """A mask of positions, shape ``(N, *spatial)``, true where a position is real.

    Args:
      counts: how many positions of each sample are real.
      spatial: how many there are along each axis.
      scattered: whether the seed chooses which; else they are the first.
    """

    def by(seed: int) -> np.ndarray:
        raw = np.random.PCG64(seed).random_raw(len(counts) * int(np.prod(spatial))).reshape(len(counts), -1)
        places = raw.argsort(axis=1).argsort(axis=1) if scattered else np.arange(raw.shape[1])
        return (places < np.array(counts)[:, None]).reshape(-1, *spatial)

    return Made(by=by)


def real(arrays: Arrays) -> np.ndarray:
    """The mask as booleans."""
    return arrays["mask"] > 0.5  # ones and zeros by now


def by_sample(per_sample: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """What is computed of samples without padding, computed of what the mask leaves of each.

    Elsewhere it is 0; of a movement, one unit in the last place of 1, since an error is measured by it.
    """

    def value(arrays: Arrays, arguments: Arguments, *epsilon: float) -> np.ndarray:
        found = np.full(arrays["x"].shape, epsilon[0] if epsilon else 0.0)
        for sample, keep in enumerate(real(arrays)):
            if keep.any():
                own = {name: arrays[name][sample][keep][None] for name in ("x", "cotangent") if name in arrays}
                own |= {"gamma": arrays["gamma"], "beta": arrays["beta"]}
                found[sample, keep] = per_sample(own, arguments, *epsilon)[0]
        return found

    return value


def _of_gamma(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The gradient with respect to gamma: the sum of cotangent times normalised value over all real positions."""
    products = arrays["cotangent"] * _VALUE(_bare(arrays), arguments) * real(arrays)[..., None]
    return products.sum(axis=tuple(range(products.ndim - 1)))


def _of_gamma_moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far that moves: each product by its own rounding and by what its normalised value moves."""
    bare, kept = _bare(arrays), real(arrays)[..., None]
    moved = _MOVED(bare, arguments, epsilon) + epsilon * np.abs(_VALUE(bare, arguments))
    return (np.abs(arrays["cotangent"]) * moved * kept).sum(axis=tuple(range(moved.ndim - 1)))


def _bare(arrays: Arrays) -> Arrays:
    """Without scale and shift."""
    return {**arrays, "gamma": np.ones_like(arrays["gamma"]), "beta": np.zeros_like(arrays["beta"])}


def sharing(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The number of its group, counted over all samples, for each element, padding included."""
    x, groups = arrays["x"], arguments["num_groups"]
    of_channel = np.arange(x.shape[-1]) // (x.shape[-1] // groups)
    of_sample = np.arange(x.shape[0]).reshape(-1, *[1] * (x.ndim - 1))
    return np.broadcast_to(of_sample * groups + of_channel, x.shape)


# The formula part by part. Values are cut into groups, shape ``(N, *spatial, G, C / G)``; weights are 1 or 0, and line
# up with them.

RIGHT: Parts = {
    "axes": lambda values: (*range(1, values.ndim - 2), values.ndim - 1),
    "weights": lambda keep, values: keep[..., None, None] * np.ones(values.shape),
    "number": lambda weights, axes: np.maximum(total(weights, axes), 1),
    "mean": lambda values, weights, number, axes: total(values * weights, axes) / number,
    "variance": lambda values, weights, mean, number, axes: total(weights * (values - mean) ** 2, axes) / number,
    "below": lambda variance, eps, _: np.sqrt(variance + eps),
    "affine": lambda normalised, arrays, _: arrays["gamma"] * normalised + arrays["beta"],
    "finish": lambda y, keep, _: np.where(keep[..., None], y, 0.0),
}


def total(values: np.ndarray, axes: Axes) -> np.ndarray:
    """The sum over the axes, which stay."""
    return values.sum(axis=axes, keepdims=True)


def cut(x: np.ndarray, num_groups: int) -> np.ndarray:
    """Adjacent channels, shape ``(N, *spatial, G, C / G)``."""
    return x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The formula with some of its parts replaced."""
    chosen = {**RIGHT, **parts}

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        keep = real(arrays)
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            values = cut(arrays["x"], arguments["num_groups"])
            axes = chosen["axes"](values)
            weights = chosen["weights"](keep, values)
            if weights is None:  # nothing that such a program could answer
                return np.full(arrays["x"].shape, np.nan)
            number = chosen["number"](weights, axes)
            mean = chosen["mean"](values, weights, number, axes)
            variance = chosen["variance"](values, weights, mean, number, axes)
            normalised = (values - mean) / chosen["below"](variance, arguments["eps"], number)
            y = chosen["affine"](normalised.reshape(arrays["x"].shape), arrays, keep)
            return chosen["finish"](y, keep, weights.reshape(y.shape))

    return value


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formula's values in order, and what some right programs compute besides."""
    x, keep, eps = arrays["x"], real(arrays), arguments["eps"]
    values = cut(x, arguments["num_groups"])
    axes, weights = RIGHT["axes"](values), RIGHT["weights"](keep, values)
    counted = total(weights, axes)
    positions = counted / values.shape[-1]
    number = np.maximum(counted, 1)
    mean = RIGHT["mean"](values, weights, number, axes)
    variance = RIGHT["variance"](values, weights, mean, number, axes)
    std, centred = np.sqrt(variance + eps), values - mean
    normalised = (centred / std).reshape(x.shape)
    kept, y = keep[..., None] * np.ones(x.shape), arrays["gamma"] * normalised + arrays["beta"]
    size, some = int(np.prod([values.shape[axis] for axis in axes])), 1.0 * (positions > 0)
    found = (
        *(("", given) for given in (x, arrays["gamma"], arrays["beta"], keep * 1.0, 1.0 - keep, kept, x * kept)),
        *(("", v) for v in (positions, some, 1.0 - some, np.array(float(values.shape[-1])))),
        *(("", v) for v in (np.array(float(size)), np.maximum(positions, 1), total(values * weights, axes))),
        *(("", v) for v in (weights * centred**2, number * variance, centred**2, mean / std)),
        ("number of values", number),
        ("number of values", counted),
        ("mean", mean),
        ("x - mean", centred),
        ("x - mean", weights * centred),
        ("variance", variance),
        ("variance + eps", variance + eps),
        ("standard deviation", std),
        ("standard deviation", 1 / std),
        ("normalised values", normalised),
        ("normalised values", normalised * kept),
        *(("", value) for value in (arrays["gamma"] * normalised, arrays["gamma"] * normalised * kept, y)),
        *(("", value) for value in (arrays["beta"] * kept,)),
        ("output", y * kept),
    )
    # What is the same everywhere is no value that anybody computes: whatever is 0, or 1, would be taken for it.
    return tuple((name, value) for name, value in found if name or value.size == 1 or np.ptp(value))


_VALUE, _MOVED = by_sample(PER_SAMPLE.value), by_sample(PER_SAMPLE.moved)
REFERENCE = Reference(
    value=_VALUE,
    moved=_MOVED,
    sharing=sharing,
    landmarks=landmarks,
    gradient=by_sample(PER_SAMPLE.differentiated().value),
    gradient_moved=by_sample(PER_SAMPLE.differentiated().moved),
    gradients={"gamma": (_of_gamma, _of_gamma_moved)},
)
