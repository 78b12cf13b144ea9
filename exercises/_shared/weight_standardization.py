"""A convolution with a standardised kernel: the judge's float64 reference, by its parts, and its wrong ideas.

x has shape ``(N, H, W, I)``, the kernel ``(kh, kw, I, O)``; no padding, stride 1.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from exercises._shared.group_norm_parts import mean, var
from exercises.spec import Arguments, Arrays, Misconception, Reference

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
    "apply": lambda x, standard, kernel, eps: correlate(x, standard),  # noqa: ARG005 - wrong ideas use them
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
    output with respect to raw weights is ``r * (X - mean(X) - s * mean(X * s))``. An output channel's largest movement
    is that of all its values.
    """
    x, kernel = _windows(arrays["x"], arrays["kernel"]), _columns(arrays["kernel"])
    inverse_std = 1 / np.sqrt(kernel.var(axis=0) + arguments["eps"])
    standard = (kernel - kernel.mean(axis=0)) * inverse_std
    beside = x[..., None] - x.mean(axis=-1)[..., None, None] - standard * (x @ standard)[..., None, :] / len(kernel)
    total = np.abs(x) @ np.abs(standard) + (np.abs(inverse_std * beside) * np.abs(kernel)).sum(axis=-2)
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


def _idea(name: str, title: str, text: str, *also: Parts, **parts: Callable) -> Misconception:
    """An idea, and other ways to have it."""
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _standardised(values: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
    return (values - mean(values, axes)) / np.sqrt(var(values, axes) + eps)


def _as_torch(kernel: np.ndarray) -> np.ndarray | None:
    """The kernel, read as ``(O, I, kh, kw)``; nothing where it then does not fit."""
    return kernel.transpose(2, 3, 1, 0) if len(set(kernel.shape)) == 1 else None


MISCONCEPTIONS = (
    _idea(
        "per_input_channel",
        "one mean for each input channel",
        "The kernel is standardised along its output channels, so that there are as many means as inputs. What is to "
        "come out with a common size is each output, and an output adds up over all inputs. Which axis of the kernel "
        "tells the outputs apart, and should a mean run over it?",
        axes=lambda: (0, 1, 3),
    ),
    _idea(
        "whole_kernel",
        "one mean for the whole kernel",
        "All output channels share one mean and one variance, so that a channel with small weights stays small. How "
        "many means does a kernel with 4 outputs have in the statement?",
        axes=lambda: (0, 1, 2, 3),
    ),
    _idea(
        "space_only",
        "one mean for each pair of an input and an output",
        "The mean runs over the height and the width of the kernel alone, so that a kernel of height and width 1 is 0 "
        "everywhere. An output adds up over the inputs as well. Which axis is missing?",
        axes=lambda: (0, 1),
    ),
    _idea(
        "not_standardised",
        "a plain convolution",
        "The kernel is used as it came. If it were four times as large, what would your output be, and what should it "
        "be?",
        apply=lambda x, _, kernel, __: correlate(x, kernel),
    ),
    _idea(
        "output_standardised",
        "the output standardised, and not the kernel",
        "What you normalise is what comes out of the convolution. That is instance normalization, or a relative of it: "
        "it depends on x. Here the weights alone decide, before they have seen any x. What is the first thing that "
        "happens to the kernel?",
        {"apply": lambda x, _, kernel, eps: _standardised(correlate(x, kernel), (1, 2, 3), eps)},
        {"apply": lambda x, _, kernel, eps: _standardised(correlate(x, kernel), (0, 1, 2), eps)},
        apply=lambda x, _, kernel, eps: _standardised(correlate(x, kernel), (1, 2), eps),
    ),
    _idea(
        "mean_kept",
        "a kernel that is divided by its standard deviation and not centred",
        "The denominator is right, but nothing is taken away from the weights first. If 8 were added to all weights, "
        "would your output stay as it is?",
        centre=lambda kernel, _: kernel,
    ),
    _idea(
        "spread_kept",
        "a kernel that is centred and not divided",
        "The mean of each output's weights is 0, as it should be. Their size is what it was. What should the variance "
        "of an output's weights be?",
        below=lambda *_: np.ones(()),
    ),
    _idea(
        "missing_root",
        "a variance below the fraction, and not its root",
        "The weights are divided by their variance plus eps itself. If all weights were twice as large, yours would "
        "come out half as large. What should happen to them?",
        below=lambda kernel, axes, eps: var(kernel, axes) + eps,
    ),
    _idea(
        "eps_outside_root",
        "eps outside the square root",
        "Mean and variance are right. eps is added to the standard deviation and not to the variance, which shows "
        "where the weights are small. Where does eps stand in the formula?",
        below=lambda kernel, axes, eps: np.sqrt(var(kernel, axes)) + eps,
    ),
    _idea(
        "eps_ignored",
        "a formula without the eps that is given",
        "Mean, variance and root are right, but eps has no part in them, or not the one that is given. It shows where "
        "the weights are small. What does your fraction do with an output whose weights are all the same?",
        {"below": lambda kernel, axes, _: np.sqrt(var(kernel, axes) + 1e-5)},
        below=lambda kernel, axes, _: np.sqrt(var(kernel, axes)),
    ),
    _idea(
        "sample_variance",
        "a sum of squares divided by the number of weights less one",
        "Statisticians do so to estimate the variance of a population from a sample. Here an output's weights are all "
        "there are. Which number do you divide by?",
        below=lambda kernel, _, eps: np.sqrt(kernel.var(axis=OF_OUTPUT, keepdims=True, ddof=1) + eps),
    ),
    _idea(
        "fan_in",
        "weights that are scaled by their number too",
        "Each output's weights are standardised, and then scaled once more by how many there are, or by the root of "
        "it, as initialisers and later variants do it. Here their variance stays 1, and what comes after the "
        "convolution takes care of the rest. What is the variance of your weights?",
        {"scale": lambda kernel: kernel / kernel[..., 0].size},
        {"scale": lambda kernel: kernel * np.sqrt(2 / kernel[..., 0].size)},
        scale=lambda kernel: kernel / np.sqrt(kernel[..., 0].size),
    ),
    _idea(
        "kernel_flipped",
        "a kernel that is turned around",
        "That is how mathematicians convolve. Networks do not: the first weight lies on the first value. It shows "
        "wherever a kernel is larger than one pixel. In the worked example, which weight lies on the leftmost value?",
        scale=lambda kernel: kernel[::-1, ::-1],
    ),
    _idea(
        "kernel_as_torch",
        "a kernel that is read as torch has it",
        "Your kernel has the outputs first and the space last. Here it is the other way round. With unequal numbers "
        "that does not run; where all four are the same, nothing complains. Which axis of the kernel counts what?",
        layout=_as_torch,
    ),
)
