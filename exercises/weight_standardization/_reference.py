"""A convolution with a standardised kernel: the judge's float64 reference, by its parts.

x has shape ``(N, H, W, I)``, the kernel ``(kh, kw, I, O)``; no padding, stride 1.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.course import Arguments, Arrays, Reference

from .._group_norm.parts import mean, var

Parts = Mapping[str, Callable[..., Any]]
OF_OUTPUT = (0, 1, 2)


def _windows(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """What the kernel lies on, at every place of x where it fits: shape ``(N, H, W, kh * kw * I)``."""
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    return np.moveaxis(windows, 3, -1).reshape(*windows.shape[:3], -1)


def _columns(kernel: np.ndarray) -> np.ndarray:
    """The weights of each output, shape ``(kh * kw * I, O)``."""
    return kernel.reshape(-1, kernel.shape[-1])


def correlate(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The kernel laid on every place of x where it fits, and what lies on each other multiplied and added up."""
    return _windows(x, kernel) @ _columns(kernel)


RIGHT: Parts = {
    "layout": lambda kernel: kernel,
    "axes": lambda: OF_OUTPUT,
    "centre": lambda kernel, axes: kernel - mean(kernel, axes),
    "below": lambda kernel, axes, eps: np.sqrt(var(kernel, axes) + eps),
    "scale": lambda kernel: kernel,
    "apply": lambda x, standard, kernel, eps: correlate(x, standard),
}


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The formula with some of its parts replaced."""
    chosen = {**RIGHT, **parts}

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        x, kernel, eps = arrays["x"], arrays["kernel"], arguments["eps"]
        height, width = kernel.shape[:2]
        shape = (x.shape[0], x.shape[1] - height + 1, x.shape[2] - width + 1, kernel.shape[-1])
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            laid = chosen["layout"](kernel)
            if laid is None:  # nothing that such a program could answer
                return np.full(shape, np.nan)
            axes = chosen["axes"]()
            standard = chosen["scale"](chosen["centre"](laid, axes) / chosen["below"](laid, axes, eps))
            return chosen["apply"](x, standard, laid, eps)

    return value


value = assemble({})


def sharing(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The output channel of each element: it has one mean and one variance."""
    shape = value(arrays, arguments).shape
    return np.broadcast_to(np.arange(shape[-1]), shape)


def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``value`` moves when each x and each weight moves by one unit in the last place.

    With X what an output's weights s lie on, n of them, and r their inverse standard deviation, the derivative of the
    output with respect to raw weights is ``r * (X - mean(X) - s * mean(X * s))``. Every program rounds the weights'
    mean too, which moves the output by ``r * sum(X)``: of two weights, the only movement there is. An output channel's
    largest movement is that of all its values.
    """
    x, kernel = _windows(arrays["x"], arrays["kernel"]), _columns(arrays["kernel"])
    average, inverse_std = kernel.mean(axis=0), 1 / np.sqrt(kernel.var(axis=0) + arguments["eps"])
    standard = (kernel - average) * inverse_std
    beside = x[..., None] - x.mean(axis=-1)[..., None, None] - standard * (x @ standard)[..., None, :] / len(kernel)
    total = np.abs(x) @ np.abs(standard) + (np.abs(inverse_std * beside) * np.abs(kernel)).sum(axis=-2)
    total += np.abs(x.sum(axis=-1))[..., None] * np.abs(inverse_std * average)
    return np.broadcast_to(total.max(axis=(0, 1, 2)) * epsilon, total.shape)


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formula's values in order, and what some right programs compute besides."""
    x, kernel, eps = arrays["x"], arrays["kernel"], arguments["eps"]
    size = kernel[..., 0].size
    average, variance = mean(kernel, OF_OUTPUT), var(kernel, OF_OUTPUT)
    std, centred = np.sqrt(variance + eps), kernel - average
    return (
        *(("", given) for given in (x, kernel, np.array(float(size)), kernel.sum(OF_OUTPUT), kernel**2)),
        *(("", v) for v in (centred**2, variance * size, (kernel**2).mean(OF_OUTPUT), average**2, average / std)),
        *(("", v) for v in (correlate(x, kernel), correlate(x, centred), np.sqrt(variance))),
        ("mean", average),
        ("kernel - mean", centred),
        ("variance", variance),
        ("variance + eps", variance + eps),
        ("standard deviation", std),
        ("standard deviation", 1 / std),
        ("standardised kernel", centred / std),
        ("output", correlate(x, centred / std)),
    )


REFERENCE = Reference(value=value, moved=moved, sharing=sharing, landmarks=landmarks)
