"""Wrong ideas about group normalization of padded samples: what is counted, what is averaged, and what padding gets."""

from collections.abc import Callable

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from .._group_norm.layouts import Layout
from .._group_norm.wrong import gradient as gradients
from ._reference import REFERENCE, RIGHT, Axes, Parts, assemble, by_sample, real, total

SEQUENCES = 4  # axes, once they are cut into groups


def _idea(name: str, title: str, text: str, *also: Parts, **parts: Callable) -> Misconception:
    """An idea, and other ways to have it."""
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _all(_: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.ones(values.shape)


def _kept(y: np.ndarray, *_: object) -> np.ndarray:
    return y


def _size(weights: np.ndarray, axes: Axes) -> np.ndarray:
    return total(np.ones(weights.shape), axes)


def _of_zeros(values: np.ndarray, weights: np.ndarray, mean: np.ndarray, _: object, axes: Axes) -> np.ndarray:
    """The zeros that padding was replaced by, each as far from the mean as the mean is from 0; none for the count."""
    return total((values * weights - mean) ** 2, axes)


def _along_channels(keep: np.ndarray, values: np.ndarray) -> np.ndarray | None:
    """The mask, lined up with the last axis; nothing where that has another length."""
    channels = values.shape[-1] * values.shape[-2]
    if values.ndim != SEQUENCES or keep.shape[1] != channels:
        return None
    return keep.reshape(len(keep), 1, *values.shape[-2:]) * np.ones(values.shape)


def _gamma_beside_empty(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """No number, as soon as one sample is all padding."""
    spoilt = not real(arrays).reshape(len(arrays["x"]), -1).any(axis=1).all()
    value, _ = REFERENCE.gradients["gamma"]
    return np.full(arrays["gamma"].shape, np.nan) if spoilt else value(arrays, arguments)


def _gradient_of_empty(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """Right, but for the samples with nothing left, where it is not a number."""
    found = REFERENCE.differentiated().value(arrays, arguments)
    found[~real(arrays).reshape(len(found), -1).any(axis=1)] = np.nan
    return found


_STATISTICS = next(idea for idea in Layout().adapted(gradients.GRADIENT) if idea.name == "no_gradient_of_statistics")

MASK = (
    _idea(
        "mask_ignored",
        "statistics over all positions, padding included",
        "Where nothing is padded, all is right. Elsewhere the padding takes part in the mean and in the variance, as "
        "if it were data, and what it holds changes the output of the real positions. If somebody wrote other "
        "numbers into the padding, should anything in your output change?",
        {"weights": _all, "finish": _kept},
        weights=_all,
    ),
    _idea(
        "padding_as_zeros",
        "padding set to 0 and then counted as data",
        "The padding no longer has an influence of its own, but it is still there: as zeros, each of which is a value "
        "for the mean and for the variance. The shorter a sample, the nearer its mean comes to 0. How many values is "
        "the mean of a sample of 5 positions taken over, of which 2 are padding?",
        number=_size,
        variance=lambda v, w, mean, number, axes: _of_zeros(v, w, mean, number, axes) / _size(w, axes),
    ),
    _idea(
        "divided_by_length",
        "sums over the real positions, divided by the number of all positions",
        "The sums leave the padding out, as they should. What they are divided by does not: it is the number of all "
        "positions, so that a sample with much padding gets a mean and a variance that are too small. How many values "
        "went into the sum?",
        number=_size,
    ),
    _idea(
        "mean_divided_by_length",
        "a mean that is divided by the number of all positions",
        "The variance is an average over the real positions, but around a mean that is not: its sum leaves the "
        "padding out, and is then divided by the number of all positions. By what should a sum be divided, to become "
        "the mean of what went into it?",
        mean=lambda v, w, _, axes: total(v * w, axes) / _size(w, axes),
    ),
    _idea(
        "variance_divided_by_length",
        "a variance that is divided by the number of all positions",
        "The mean is right. The squared differences from it are added up over the real positions alone, and then "
        "divided by the number of all of them. How many squares went into the sum?",
        variance=lambda v, w, mean, _, axes: total(w * (v - mean) ** 2, axes) / _size(w, axes),
    ),
    _idea(
        "padding_in_variance",
        "padding left out of the mean and counted in the variance",
        "The mean is right. But once it is taken away, padding is no longer 0, even where it was before: it is 0 less "
        "the mean, and its square is among those that you add up. Which values differ from the mean, and which of "
        "their squares belong to the variance?",
        {"variance": lambda v, _, mean, n, axes: total((v - mean) ** 2, axes) / n},
        {"variance": lambda v, w, mean, _, axes: total((v - mean) ** 2, axes) / _size(w, axes)},
        {"variance": lambda v, w, mean, n, axes: _of_zeros(v, w, mean, n, axes) / _size(w, axes)},
        variance=lambda v, w, mean, n, axes: _of_zeros(v, w, mean, n, axes) / n,
    ),
    _idea(
        "channels_not_counted",
        "a count of positions, and not of values",
        "What you divide by is the number of real positions. But at each of them a group has several channels, and "
        "all of them went into the sum. How many values do 3 positions of a group of 4 channels hold?",
        number=lambda w, axes: np.maximum(RIGHT["number"](w, axes) / w.shape[-1], 1),
    ),
    _idea(
        "count_of_all_samples",
        "one count for all samples",
        "The sums belong to each sample by itself. What they are divided by is the same number for all of them: the "
        "average count of the batch. So it is right where all samples are equally long. How many counts does a batch "
        "of three samples have?",
        number=lambda w, axes: np.maximum(total(w, axes).mean(axis=0, keepdims=True), 1),
    ),
    _idea(
        "mask_of_first_sample",
        "the mask of the first sample, used for all samples",
        "The first sample is right, whatever its mask. The others are treated as if they were padded as it is. How "
        "many rows has the mask, and what does each belong to?",
        {"weights": lambda keep, v: keep[:1, ..., None, None] * np.ones(v.shape)},
        weights=lambda keep, v: keep[:1, ..., None, None] * np.ones(v.shape),
        finish=lambda y, keep, _: np.where(keep[:1][..., None], y, 0.0),
    ),
    _idea(
        "mask_along_channels",
        "the mask lined up with the channels",
        "The mask has an axis for the samples and one for each axis of positions. Yours leaves out channels instead, "
        "where there are as many of them as positions, and does not run elsewhere. An axis of length one must stand "
        "where the mask says nothing. Which of the axes of `x` is that?",
        {"weights": _along_channels},
        weights=_along_channels,
        finish=lambda y, _, weights: np.where(weights > 0, y, 0.0),
    ),
    _idea(
        "padding_not_zeroed",
        "padding that is normalised like data",
        "All real positions are right. Padding gets an output too, with the statistics of the real positions, and "
        "whoever adds up the output gets it along. What does the statement want there?",
        finish=_kept,
    ),
    _idea(
        "padding_gets_beta",
        "padding that gets beta",
        "All real positions are right. Padding is 0 once it is normalised, and then the affine step adds beta to it. "
        "Which step must be the last, for the output to be 0 there?",
        affine=lambda n, a, keep: a["gamma"] * np.where(keep[..., None], n, 0.0) + a["beta"],
        finish=_kept,
    ),
    _idea(
        "empty_not_a_number",
        "a sample with nothing left that is divided by 0",
        "All is right until a sample is padding from end to end. Then its sums are divided by a count of 0, and 0 / 0 "
        "is not a number, which no multiplication by a mask takes away again. What could the count be in such a "
        "sample, so that the division is harmless and nothing else changes?",
        {"number": total, "finish": _kept},
        number=total,
        finish=lambda y, keep, _: y * keep[..., None],
    ),
)

GRADIENT = (
    Misconception(
        name="empty_without_gradient",
        title="a division by 0 that a choice hides from the values alone",
        text="The values are right, for the sample that is all padding too: a choice takes the other branch there. "
        "But the gradient goes back through both branches. The one that is not chosen gets a gradient of 0, and 0 "
        "times the derivative of a division by 0 is not a number. Where would the choice have to stand, for there to "
        "be no division by 0 in any branch?",
        gradient=_gradient_of_empty,
        gradients={"gamma": _gamma_beside_empty},
    ),
    Misconception(
        name="empty_spoils_gamma",
        title="a sample with nothing left that spoils the gradient of gamma",
        text="The values are right, and so is the gradient of x. But all samples add to the gradient of gamma, and one "
        "that is all padding adds 0 times 0 / 0, which is not a number: to choose 0 for the output keeps that out of "
        "the values alone. Which count in such a sample would leave no division by 0 anywhere?",
        gradients={"gamma": _gamma_beside_empty},
    ),
    Misconception(
        name=_STATISTICS.name,
        title=_STATISTICS.title,
        text=_STATISTICS.text,
        gradient=by_sample(_STATISTICS.gradient) if _STATISTICS.gradient else None,
    ),
)

FORMULA = (
    _idea(
        "over_batch",
        "statistics over the samples too",
        "Each group has one mean and one variance for the whole batch, so that the samples change each other's output. "
        "The mask does not call for that: samples of unequal length are still samples by themselves. How many means "
        "should 3 samples with num_groups=4 have?",
        axes=lambda v: (*range(v.ndim - 2), v.ndim - 1),
    ),
    _idea(
        "per_position",
        "every position normalised by itself",
        "Each position has a mean of its own, so that the mask has nothing to do but to blank the output. Here the "
        "real positions of a sample are measured together. Over which axes should the sums run, beside the channels of "
        "a group?",
        axes=lambda v: (v.ndim - 1,),
    ),
    _idea(
        "instance_norm",
        "every channel normalised by itself",
        "Mean and variance run over the positions, and not over the channels of a group: as if there were as many "
        "groups as channels. Which axes are left in the array of your means, and which should be?",
        axes=lambda v: tuple(range(1, v.ndim - 2)),
    ),
    _idea(
        "missing_root",
        "a variance below the fraction, and not its root",
        "The differences from the mean are divided by the variance plus eps itself. Were all values twice as large, "
        "the output would be half as large. What should happen to it instead?",
        below=lambda variance, eps, _: variance + eps,
    ),
    _idea(
        "eps_outside_root",
        "eps outside the square root",
        "Mean and variance are right. eps is added to the standard deviation, and not to the variance, which shows "
        "where the values of a group are close together. Where does eps stand in the formula?",
        below=lambda variance, eps, _: np.sqrt(variance) + eps,
    ),
    _idea(
        "eps_ignored",
        "a formula without the eps that is given",
        "Mean, variance and root are right, but eps has no part in them, or not the one that is given. It shows where "
        "the values of a group are close together. Where does your formula take eps from?",
        {"below": lambda variance, *_: np.sqrt(variance + 1e-5)},
        below=lambda variance, *_: np.sqrt(variance),
    ),
    _idea(
        "sample_variance",
        "a sum of squares divided by the count less one",
        "The count leaves the padding out, and then you take one off. Statisticians do so to estimate the variance of "
        "a population from a sample; here the real values are all there is. What would your divisor be for a group of "
        "one value?",
        variance=lambda v, w, mean, n, axes: total(w * (v - mean) ** 2, axes) / np.maximum(n - 1, 1),
    ),
    _idea(
        "affine_missing",
        "no gamma and no beta",
        "The normalised values are right and are returned as they are. What is still to come in the statement's list "
        "of steps?",
        affine=lambda n, *_: n,
    ),
    _idea(
        "affine_swapped",
        "gamma and beta exchanged",
        "The normalised values are right. They are multiplied by beta and gamma is added. Which of the two is a "
        "factor?",
        affine=lambda n, a, _: a["beta"] * n + a["gamma"],
    ),
    Misconception(
        name="eps_default_1e6",
        title="a default of 1e-6 for eps",
        text="All is right where eps is given, and wrong where it is left out: your function then takes 1e-6, as "
        "flax.linen does. Which default does the statement's signature have?",
        defaults={"eps": 1e-6},
    ),
)

MISCONCEPTIONS = (*MASK, *FORMULA, *GRADIENT)
