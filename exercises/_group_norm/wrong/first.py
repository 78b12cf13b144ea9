"""Wrong ideas about group normalization per sample, channels first: which values share a mean and a variance."""

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from ..first import CHANNELS_FIRST, assemble_first
from ..parts import LAST, Axes, Parts, mean, var

GIVEN = 0.05  # how far from ones a gamma is that was given
Split = tuple[np.ndarray, Axes]


def _idea(name: str, title: str, text: str, *also: Parts, **parts) -> Misconception:
    return Misconception(name=name, title=title, text=text, value=assemble_first(parts), parts=parts, also=also)


def _four(x: np.ndarray, first: int, second: int) -> np.ndarray:
    """The channels as two axes, the positions as one."""
    return x.reshape(x.shape[0], first, second, -1)


def _size(x: np.ndarray, num_groups: int) -> int:
    return x.shape[1] // num_groups


def _exchanged(grouped: np.ndarray) -> np.ndarray:
    """Two axes of channels exchanged, and the members of each group in one row."""
    swapped = grouped.swapaxes(1, 2)
    return swapped.reshape(*swapped.shape[:2], -1)


def _dealt_out(x: np.ndarray, num_groups: int) -> Split:
    return _exchanged(_four(x, _size(x, num_groups), num_groups)), LAST


def _across(x: np.ndarray, num_groups: int) -> Split:
    return _exchanged(_four(x, num_groups, _size(x, num_groups))), LAST


def _put_back(rows: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Undoes ``_exchanged``."""
    return _four(rows, rows.shape[1], x.shape[1] // rows.shape[1]).swapaxes(1, 2).reshape(x.shape)


def _in_last_place(x: np.ndarray, num_groups: int, *, positions: bool) -> Split:
    """The last axis cut as if the channels came last, with statistics over positions or without."""
    if x.shape[-1] % num_groups:
        return np.full(x.shape, np.nan), LAST
    grouped = x.reshape(*x.shape[:-1], num_groups, -1)
    return grouped, (*range(1, grouped.ndim - 2), -1) if positions else LAST


def along_last(n: np.ndarray, arrays: Arrays, _: Arguments) -> np.ndarray:
    """Parameters lined up with the last axis of ``(N, C, *spatial)``; impossible where that has another length."""
    found = np.moveaxis(n, -1, 1)
    if _is_given(arrays) and found.shape[-1] != found.shape[1]:
        return np.full(n.shape, np.nan)
    scale, offset = (arrays["gamma"], arrays["beta"]) if _is_given(arrays) else (1.0, 0.0)
    return np.moveaxis(found * scale + offset, 1, -1)


def has_gamma(arrays: Arrays) -> bool:
    """Whether a gamma was given: the grader fills in ones where none was."""
    return bool(np.abs(arrays["gamma"] - 1).max() > GIVEN)


def has_beta(arrays: Arrays) -> bool:
    """Whether a beta was given."""
    return bool(arrays["beta"].any())


def _is_given(arrays: Arrays) -> bool:
    return has_gamma(arrays) or has_beta(arrays)


GROUPS = (
    _idea(
        "groups_interleaved",
        "groups of channels that lie num_groups apart",
        "Each group has the right size, but the wrong members: channels are dealt out to the groups like cards. A "
        "group is made of channels that stand side by side. After your reshape, which of the two new axes counts "
        "slowly, and which should count the groups?",
        split=_dealt_out,
        join=_put_back,
    ),
    _idea(
        "statistics_across_groups",
        "statistics across the groups instead of within each",
        "The channels are cut into groups as they should be. But the mean then runs over the axis that counts the "
        "groups and leaves the one that counts a group's members. Which axis of your reshaped array is which?",
        split=_across,
        join=_put_back,
    ),
    _idea(
        "order_lost",
        "channels that do not come back to their places",
        "Every value is normalised in its right group, and then stands in another channel's place. The way back does "
        "not undo the way there: two axes are exchanged only once, or slices are read in one way and written in "
        "another. Which number stands where in your output, if the input counts 0, 1, 2, ...?",
        split=lambda x, groups: (_four(x, groups, _size(x, groups)).swapaxes(1, 2), (1, 3)),
        join=lambda normalised, x: normalised.reshape(x.shape),
    ),
    _idea(
        "groups_ignored",
        "one group of all channels: layer normalization",
        "The formula is right. But all channels of a sample share one mean and one variance, whatever num_groups "
        "says. How many means should a sample have when 12 channels form 3 groups?",
        split=lambda x, _: (x.reshape(x.shape[0], 1, -1), LAST),
    ),
    _idea(
        "instance_norm",
        "one mean and one variance for each channel of each sample: instance normalization",
        "Samples are independent of each other, as they should be. But every channel is normalised by itself, and "
        "num_groups changes nothing: right only where there are as many groups as channels. How many channels share a "
        "mean in your code, and how many should?",
        split=lambda x, _: (x.reshape(*x.shape[:2], -1), LAST),
    ),
    _idea(
        "group_size_confused",
        "num_groups taken for the size of a group",
        "Adjacent channels form groups, as they should, but your groups have num_groups channels each. The argument "
        "says how many groups there are; their size follows. With 12 channels and num_groups=3, how many channels "
        "share a mean?",
        split=lambda x, num_groups: (x.reshape(x.shape[0], _size(x, num_groups), -1), LAST),
    ),
    _idea(
        "per_position",
        "statistics over a group's channels alone, one position at a time",
        "The channels are in their right groups, and inputs without spatial axes are right. But every position has "
        "statistics of its own, so that what one pixel contains has no influence on its neighbour. Which of the axes "
        "behind the groups should your mean run over?",
        split=lambda x, num_groups: (_four(x, num_groups, _size(x, num_groups)), (2,)),
    ),
    _idea(
        "over_batch",
        "statistics that run over the samples too",
        "The groups are right, and a single sample comes out as it should. With more, the samples share their means "
        "and variances. What should happen to the output of the first sample when the second one is replaced?",
        split=lambda x, num_groups: (x.reshape(x.shape[0], num_groups, -1), (0, -1)),
    ),
    _idea(
        "batch_norm",
        "one mean and one variance a channel, over all samples and positions: batch normalization",
        "Every channel is normalised by itself, along the samples and the positions, and num_groups changes nothing. "
        "That is batch normalization, which group normalization was invented to replace where batches are small. "
        "Which samples should have an influence on the output of the first?",
        split=lambda x, _: (x.reshape(*x.shape[:2], -1), (0, 2)),
    ),
    _idea(
        "flattened",
        "num_groups groups in the whole array instead of in each sample",
        "One sample is right. A batch is cut into num_groups stretches as if it were one long vector, so that a group "
        "holds channels of several samples. How many groups should there be in 2 samples with num_groups=3?",
        split=lambda x, num_groups: (x.reshape(num_groups, -1), LAST),
    ),
    _idea(
        "first_sample_for_all",
        "the statistics of the first sample, used for all samples",
        "The first sample is right, and only that one. The others are normalised with its means and variances. How "
        "many means does a batch have, and does the array that holds yours keep the first axis?",
        split=CHANNELS_FIRST["split"],
        centre=lambda v, axes, _: v - mean(v, axes)[:1],
        below=lambda v, axes, eps: np.sqrt(var(v, axes)[:1] + eps),
    ),
    _idea(
        "channels_last",
        "a layout with the channels in the last place",
        "Without spatial axes, all is right: there the second axis is the last one. With them, your code cuts the last "
        "axis into groups, and that is one of space. Such code is right where channels come last, as in Flax. Which "
        "axis holds the channels here?",
        {"split": lambda x, groups: _in_last_place(x, groups, positions=True)},
        {"split": lambda x, groups: _in_last_place(x, groups, positions=False)},
        {"split": lambda x, groups: _in_last_place(x, groups, positions=False), "affine": along_last},
        split=lambda x, groups: _in_last_place(x, groups, positions=True),
        affine=along_last,
    ),
)
