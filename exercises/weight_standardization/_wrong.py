"""Wrong ideas about standardising a kernel: over which of its axes, in which order, and what is standardised."""

from collections.abc import Callable

import numpy as np

from grader.course import Misconception

from .._group_norm.parts import mean, var
from ._reference import OF_OUTPUT, Parts, assemble, correlate


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
