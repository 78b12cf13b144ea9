"""Wrong ideas about groups and axes: which values share a mean and a variance."""

import numpy as np

from grader.course import Misconception

from ..parts import LAST, Axes, assemble, cut, mean, var

BATCHED = 2  # axes from which on there is a batch
Split = tuple[np.ndarray, Axes]


def _idea(name: str, title: str, text: str, **parts) -> Misconception:
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts)


def _dealt_out(x: np.ndarray, num_groups: int) -> Split:
    return x.reshape(*x.shape[:-1], x.shape[-1] // num_groups, num_groups), (-2,)


def _exchanged(x: np.ndarray, num_groups: int) -> Split:
    return cut(x, num_groups).swapaxes(-1, -2), (-2,)


def _over(x: np.ndarray, num_groups: int, axes: Axes) -> Split:
    return cut(x, num_groups), (*axes, -1)


def _in_second_place(x: np.ndarray, num_groups: int) -> Split:
    return (x.reshape(x.shape[0], num_groups, -1) if x.ndim >= BATCHED else cut(x, num_groups)), LAST


def _of_first_sample(statistic: np.ndarray, x_axes: int) -> np.ndarray:
    return statistic[:1] if x_axes > BATCHED else statistic


ONE_POSITION = (
    _idea(
        "groups_interleaved",
        "groups of channels that lie num_groups apart",
        "Each group has the right size, but the wrong members: channels are dealt out to the groups like cards. A "
        "group is made of channels that stand side by side. Which channels are in the first group of your program, "
        "and which should be?",
        split=_dealt_out,
    ),
    _idea(
        "statistics_across_groups",
        "statistics across the groups instead of within each",
        "The channels are cut into groups as they should be. But the mean then runs over the other of the two axes: "
        "it takes the first channel of every group, then the second of every group, and so on. After the split, which "
        "axis counts the groups, and which the members of one group?",
        split=lambda x, num_groups: (cut(x, num_groups), (-2,)),
    ),
    _idea(
        "order_lost",
        "channels that do not come back to their places",
        "Every value is normalised in its right group, and then stands in another channel's place. The way back does "
        "not undo the way there: two axes are exchanged only once, or slices are read in one way and written in "
        "another. Which number stands where in your output, if the input counts 0, 1, 2, ...?",
        split=_exchanged,
        join=lambda normalised, x: normalised.reshape(x.shape),
    ),
    _idea(
        "groups_ignored",
        "one group of all channels: layer normalization",
        "The formula is right. But all channels of a position share one mean and one variance, whatever num_groups "
        "says. Over how many values should a mean be taken when 12 channels form 3 groups?",
        split=lambda x, _: (cut(x, 1), LAST),
    ),
    _idea(
        "one_group_per_channel",
        "an output that is beta, whatever x is",
        "The output has the right shape, and beta is in its place, but nothing of x is left. That is what happens when "
        "every channel is a group of its own, since a group of one value has that value as its mean. How many channels "
        "share a mean in your code, and how many should?",
        split=lambda x, _: (cut(x, x.shape[-1]), LAST),
    ),
    _idea(
        "group_size_confused",
        "num_groups taken for the size of a group",
        "Adjacent channels form groups, as they should, but your groups have num_groups channels each. The argument "
        "says how many groups there are; their size follows. With 12 channels and num_groups=3, how many channels "
        "share a mean?",
        split=lambda x, num_groups: (cut(x, x.shape[-1] // num_groups), LAST),
    ),
)

OVER_POSITIONS = _idea(
    "over_positions",
    "statistics shared by all positions",
    "The channels are in their right groups, and a single vector is normalised as it should be. But the mean and the "
    "variance run over all leading axes too, so that one position changes another's output. Here each position is "
    "normalised by itself. Which axes should your mean run over?",
    split=lambda x, num_groups: _over(x, num_groups, tuple(range(x.ndim - 1))),
)
PER_SAMPLE = _idea(
    "per_sample",
    "the group normalization of the paper, with statistics over a whole image",
    "Tables are right; where there are more axes, all positions of a sample share one mean and one "
    "variance. That is what the paper does for images. Here every position is normalised by itself. Which axes should "
    "your mean run over, and which must it leave alone?",
    split=lambda x, num_groups: _over(x, num_groups, tuple(range(1, x.ndim - 1))),
)
OVER_BATCH = _idea(
    "over_batch",
    "statistics that run over the first axis too",
    "A single vector is right. With a batch, the samples share their means and variances, so that what one sample "
    "contains changes another's output. What should happen to the output of the first sample when the second one is "
    "replaced?",
    split=lambda x, num_groups: _over(x, num_groups, (0,) if x.ndim >= BATCHED else ()),
)
BATCH_NORM = _idea(
    "batch_norm",
    "one mean and one variance a channel, over all positions: batch normalization",
    "Every channel is normalised by itself, along the batch and the positions, and num_groups changes nothing. That is "
    "batch normalization. What is asked for: the values that share a mean are the neighbouring channels of one "
    "group, at one position. Along which axis do they lie, and how many are they?",
    split=lambda x, _: (cut(x, x.shape[-1]), (*range(x.ndim - 1), -1)),
)
INSTANCE_NORM = _idea(
    "instance_norm",
    "one mean and one variance for each channel of each sample: instance normalization",
    "Samples are independent of each other, as they should be. But every channel is normalised by itself, along the "
    "positions of its sample, and num_groups changes nothing. What is asked for: the values that share a mean are the "
    "neighbouring channels of one group, at one position. Along which axis do they lie, and how many are they?",
    split=lambda x, _: (cut(x, x.shape[-1]), (*range(1, x.ndim - 1), -1)),
)
CHANNELS_SECOND = _idea(
    "channels_second",
    "a split of everything behind the first axis, as if the channels came second",
    "Tables are right. With more axes, num_groups stretches of memory are normalised, and each mixes "
    "several positions: that is a group of channels only in a layout in which the channels stand in the second place. "
    "Which axis holds the channels here, and which axes must a reshape leave as they are?",
    split=_in_second_place,
)
FLATTENED = _idea(
    "flattened",
    "num_groups groups in the whole array instead of in each position",
    "One vector is right. A table is cut into num_groups stretches as if it were one long vector, so that a group "
    "holds several positions. How many groups should there be in 5 positions with num_groups=3, and does the number "
    "of your rows depend on how many positions there are?",
    split=lambda x, num_groups: (x.reshape(num_groups, -1), LAST),
)
FIRST_SAMPLE = _idea(
    "first_sample_for_all",
    "the statistics of the first sample, used for all samples",
    "The first sample is right, and only that one. The others are normalised with its means and variances. How many "
    "means does a batch of positions have, and does the array that holds yours keep the leading axes?",
    centre=lambda v, axes, _: v - _of_first_sample(mean(v, axes), v.ndim),
    below=lambda v, axes, eps: np.sqrt(_of_first_sample(var(v, axes), v.ndim) + eps),
)

SEVERAL_POSITIONS = (
    OVER_POSITIONS,
    PER_SAMPLE,
    OVER_BATCH,
    BATCH_NORM,
    INSTANCE_NORM,
    CHANNELS_SECOND,
    FLATTENED,
    FIRST_SAMPLE,
)
