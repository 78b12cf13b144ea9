"""Wrong ideas about group normalization per sample: which values of a batch share a mean and a variance.

Parts of the formula, on x with its channels last whatever the exercise's layout: ``Layout.adapted`` sees to that.
"""

from dataclasses import replace

import numpy as np

from grader.course import Misconception

from ..layouts import positions
from ..parts import LAST, Axes, Parts, assemble, count, cut, mean, var
from . import affine, spread
from . import groups as per_position

WITH_POSITIONS = 3  # axes from which on there are positions
Split = tuple[np.ndarray, Axes]


def idea(name: str, title: str, text: str, *also: Parts, **parts) -> Misconception:
    """An idea as parts of the formula, and other ways to write it."""
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _per_sample(values: np.ndarray, x: np.ndarray, channels: int = -1) -> Split:
    return values, (*positions(x), channels)


def _dealt_out(x: np.ndarray, num_groups: int) -> np.ndarray:
    return x.reshape(*x.shape[:-1], x.shape[-1] // num_groups, num_groups)


def _over_one(x: np.ndarray, num_groups: int, axis: int) -> Split:
    """Of the positions' axes one alone."""
    return cut(x, num_groups), ((axis, -1) if x.ndim >= WITH_POSITIONS else LAST)


def _mean_too_large(values: np.ndarray, axes: Axes) -> np.ndarray:
    return mean(values, axes) * count(values, axes) / values.shape[-1]


def _squares_too_large(values: np.ndarray, axes: Axes) -> np.ndarray:
    return ((values - _mean_too_large(values, axes)) ** 2).sum(axis=axes, keepdims=True) / values.shape[-1]


def _root(variance: np.ndarray, eps: float) -> np.ndarray:
    return np.sqrt(variance + eps)


_SAME_NAME = {m.name: m for m in (*per_position.ONE_POSITION, per_position.FIRST_SAMPLE)}

GROUPS = (
    replace(_SAME_NAME["groups_interleaved"], parts={"split": lambda x, k: _per_sample(_dealt_out(x, k), x, -2)}),
    replace(_SAME_NAME["statistics_across_groups"], parts={"split": lambda x, k: _per_sample(cut(x, k), x, -2)}),
    replace(
        _SAME_NAME["order_lost"],
        parts={
            "split": lambda x, k: _per_sample(cut(x, k).swapaxes(-1, -2), x, -2),
            "join": lambda normalised, x: normalised.reshape(x.shape),
        },
    ),
    replace(_SAME_NAME["group_size_confused"], parts={"split": lambda x, k: _per_sample(cut(x, x.shape[-1] // k), x)}),
    idea(
        "groups_ignored",
        "one group of all channels: layer normalization of a whole sample",
        "The samples are independent of each other, and the formula is right. But all values of a sample share one "
        "mean and one variance, whatever number of groups is asked for. How many means does one sample have when its "
        "12 channels form 3 groups?",
        split=lambda x, _: _per_sample(cut(x, 1), x),
    ),
    idea(
        "layer_norm_per_position",
        "all channels of one position together: layer normalization at each position",
        "The formula is right. But each position is normalised by itself, over all its channels, whatever number of "
        "groups is asked for. Two things decide which values share a mean here: what are they?",
        split=lambda x, _: (cut(x, 1), LAST),
    ),
    idea(
        "instance_norm",
        "one mean and one variance for each channel of each sample: instance normalization",
        "Samples are independent of each other, and all positions take part, as they should. But every channel is "
        "normalised by itself, and the number of groups changes nothing. How many channels should share a mean when 12 "
        "channels form 3 groups?",
        split=lambda x, _: _per_sample(cut(x, x.shape[-1]), x),
    ),
    idea(
        "batch_norm",
        "one mean and one variance a channel, over the batch and the positions: batch normalization",
        "Every channel is normalised by itself, over all samples and positions, and the number of groups changes "
        "nothing. So a sample's output depends on which others are in its batch. What should happen to the output of "
        "the first sample when the second one is replaced?",
        split=lambda x, _: (cut(x, x.shape[-1]), (0, *positions(x), -1)),
    ),
    idea(
        "per_position",
        "each position normalised by itself",
        "The channels are in their right groups, and an input without positions is right. But each position has a "
        "mean and a variance of its own, as in the exercises before this one, so that whether a pixel is brighter than "
        "its neighbours is lost. How many values share a mean in a sample of 15 positions and groups of 3 channels?",
        split=lambda x, k: (cut(x, k), LAST),
    ),
    idea(
        "over_batch",
        "statistics that run over the samples too",
        "The channels are in their right groups, and all positions take part. But so do all samples: what one sample "
        "contains changes another's output. What should happen to the output of the first sample when the second one "
        "is replaced?",
        split=lambda x, k: (cut(x, k), (0, *positions(x), -1)),
    ),
    idea(
        "over_batch_not_positions",
        "statistics that run over the samples, and not over the positions",
        "The channels are in their right groups. But it is the samples that share a mean, position by position: of the "
        "axes in front of the channels the mean runs over the first alone. Which of them tells samples apart, and "
        "which of them tell positions apart?",
        split=lambda x, k: (cut(x, k), (0, -1)),
    ),
    idea(
        "last_positions_only",
        "of the positions' axes only the last one averaged over",
        "The channels are in their right groups, and sequences are right. Where the positions have more than one axis, "
        "as the height and width of an image, statistics run over the last of them alone, so that each line of an "
        "image is normalised by itself. Which axes do the positions of your input have, and over which does your "
        "mean run?",
        split=lambda x, k: _over_one(x, k, x.ndim - 2),
    ),
    idea(
        "first_positions_only",
        "of the positions' axes only the first one averaged over",
        "The channels are in their right groups, and sequences are right. Where the positions have more than one axis, "
        "as the height and width of an image, statistics run over the first of them alone, so that each column of an "
        "image is normalised by itself. Which axes do the positions of your input have, and over which does your "
        "mean run?",
        split=lambda x, k: _over_one(x, k, 1),
    ),
    idea(
        "flattened",
        "as many groups in the whole batch as there should be in each sample",
        "One sample may be right. A batch is cut into stretches as if it were one long vector, so that a group holds "
        "values of several samples or loses some of its own. How many groups should there be in 2 samples with 4 "
        "groups each, and does the number of your rows depend on how many samples there are?",
        split=lambda x, k: (x.reshape(k, -1), LAST),
    ),
    idea(
        "variances_averaged",
        "the mean of several variances for the variance of all values",
        "The mean is right. The variance is computed piece by piece, within each channel or at each position, and then "
        "averaged. Each piece measures the spread around its own mean; how far those means lie apart is lost. From "
        "which mean should every value's difference be taken?",
        {"below": lambda v, axes, eps: _root(mean(var(v, LAST), axes[:-1]), eps)},
        below=lambda v, axes, eps: _root(mean(var(v, axes[:-1]), LAST), eps),
    ),
    idea(
        "positions_not_counted",
        "sums over channels and positions, divided by the number of channels alone",
        "The right values are added up, and an input without positions is right. But the sums are divided by the "
        "channels of a group, and the positions are not counted, so that the mean lies far outside of the values. How "
        "many values were added?",
        {"below": lambda v, axes, eps: _root(var(v, axes) * np.divide(count(v, axes), v.shape[-1]), eps)},
        {"centre": lambda v, axes, _: v - _mean_too_large(v, axes)},
        centre=lambda v, axes, _: v - _mean_too_large(v, axes),
        below=lambda v, axes, eps: _root(_squares_too_large(v, axes), eps),
    ),
    replace(
        _SAME_NAME["first_sample_for_all"],
        text="The first sample is right, and only that one. The others are normalised with its means and variances. "
        "How many means does a batch have, and does the array that holds yours keep the axis of the samples?",
    ),
)

# All about the values that a function can have too. Parameters are another matter.
PER_SAMPLE = (*spread.FORMULA, *GROUPS, *affine.AFFINE)

# Where the channels stand last, and a reshape takes them to stand second.
AS_CHANNELS_FIRST = idea(
    "as_channels_first",
    "a split of everything behind the first axis, as if the channels came second",
    "An input without positions is right. With positions, stretches of memory are normalised, and each mixes channels "
    "of all groups: such a stretch is a group of channels only in a layout in which the channels stand in the second "
    "place. In which order does a reshape read the values of an image whose channels stand last?",
    split=lambda x, k: (x.reshape(len(x), k, -1), LAST),
)
