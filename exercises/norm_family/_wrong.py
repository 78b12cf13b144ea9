"""Wrong ideas about batch, layer, instance and group norm: which values make a set, and what is done with it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from grader.course import Misconception

from .._group_norm.wrong import spread
from ._reference import Parts, Split, assemble, cut, in_sets, over_positions, over_samples_and_positions

Kind = Callable[[np.ndarray, int], Split | None]
BATCHED = 2  # axes, where none of them is spatial
SEQUENCES = 3  # axes


def _idea(name: str, title: str, text: str, *also: Parts, **parts: Kind) -> Misconception:
    """An idea about some of the kinds, and other ways to have it."""
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _per_position(x: np.ndarray, num_groups: int) -> Split:
    return cut(x, num_groups), (-1,)


def _axes(x: np.ndarray, *axes: int) -> Split | None:
    """Sets along axes of x as it is; nothing where it has no such axes."""
    distinct = {axis % x.ndim for axis in axes if -x.ndim <= axis < x.ndim}
    return (x, axes) if len(distinct) == len(axes) else None


def _along(x: np.ndarray, num_groups: int, *axes: int) -> Split | None:
    return _axes(cut(x, num_groups), *axes)


_CHANNELS_SECOND: Parts = {
    "batch": lambda x, _: (x, (0, *range(2, x.ndim))),
    "instance": lambda x, _: (x, tuple(range(2, x.ndim))) if x.ndim > BATCHED else (x[..., None], (-1,)),
    "group": lambda x, num_groups: (x.reshape(x.shape[0], num_groups, -1), (-1,)),
}
_LAYER_PER_POSITION: Parts = {"layer": lambda x, _: _per_position(x, 1)}
_ONE_AXIS: Parts = {"batch": lambda x, _: _axes(x, 0, 1), "instance": lambda x, _: _axes(x, 1)}
_TWO_AXES: Parts = {"batch": lambda x, _: _axes(x, 0, 1, 2), "instance": lambda x, _: _axes(x, 1, 2)}

SETS = (
    _idea(
        "layer_per_position",
        "layer norm over the channels of each position",
        "That is what most libraries call LayerNorm. The paper's, and the one in the table, takes all values of a "
        "sample together: all its channels, at all positions. How many means does a sample of 20 positions have in "
        "your program, and how many should it have?",
        layer=lambda x, _: _per_position(x, 1),
    ),
    _idea(
        "group_per_position",
        "group norm at each position by itself",
        "The channels are in their right groups. But every position has means of its own, as in an earlier exercise. "
        "Here a group of channels is measured at all positions of its sample together. Which axes should its mean run "
        "over, beside the members of the group?",
        group=_per_position,
    ),
    _idea(
        "per_position",
        "every position normalised by itself",
        "Only batch norm sees more than one position; layer, instance and group norm look at the channels of one "
        "alone. Then as many groups as channels leave nothing of x, and instance norm is always 0. Here every set "
        "holds all positions of its sample. Which axes does your mean leave alone, and should it?",
        {**_LAYER_PER_POSITION, "group": _per_position},
        layer=lambda x, _: _per_position(x, 1),
        instance=lambda x, _: _per_position(x, x.shape[-1]),
        group=_per_position,
    ),
    _idea(
        "layer_instance_exchanged",
        "layer norm and instance norm exchanged",
        "What you compute for one of the two is right for the other. Articles that have them the wrong way round are "
        "not hard to find, with the numbers of groups that give them exchanged too. Which of the two sees one channel "
        "at a time, and with how many groups does a group hold one channel?",
        layer=lambda x, _: over_positions(x, x.shape[-1]),
        instance=lambda x, _: over_positions(x, 1),
    ),
    _idea(
        "batch_per_sample",
        "batch norm in each sample by itself",
        "Each channel is measured at all positions, as it should be, but in one sample at a time: that is instance "
        "norm. What gives batch norm its name? Should another sample in the batch change the output of this one?",
        batch=lambda x, _: over_positions(x, x.shape[-1]),
    ),
    _idea(
        "batch_per_position",
        "batch norm over the samples alone",
        "Each channel is measured over the batch, but at every position by itself. For inputs without positions that "
        "is batch norm. With positions, all of them belong to the same set. With 4 samples of 5 positions, how many "
        "values share a mean?",
        batch=lambda x, _: (x, (0,)),
    ),
    _idea(
        "batch_over_channels",
        "batch norm with one mean of everything",
        "The samples and the positions are taken together, as they should be, but so are the channels: the whole "
        "array has one mean. How many means does the table give a batch with C channels?",
        batch=lambda x, _: (x, tuple(range(x.ndim))),
    ),
    _idea(
        "layer_over_batch",
        "layer norm with one mean of the whole batch",
        "All channels and all positions are taken together, as they should be, but so are the samples. What should "
        "happen to the output of the first sample when the second one is replaced?",
        layer=lambda x, _: (x, tuple(range(x.ndim))),
    ),
    _idea(
        "instance_over_batch",
        "instance norm over the batch too",
        "Each channel is normalised by itself, at all positions, but with those of all samples: that is batch norm. An "
        "instance is one sample. What should happen to the output of the first when the second one is replaced?",
        instance=lambda x, _: over_samples_and_positions(x, x.shape[-1]),
    ),
    _idea(
        "group_over_batch",
        "group norm over the batch too",
        "The channels are in their right groups and the positions are taken together, but the samples are too. Group "
        "norm was made to be independent of the batch. Which axis should its mean leave alone?",
        group=over_samples_and_positions,
    ),
    _idea(
        "groups_ignored",
        "group norm that takes all channels together",
        "Whatever num_groups says, there is one group: that is layer norm. How many sets does a sample have when its 6 "
        "channels form 2 groups?",
        group=lambda x, _: over_positions(x, 1),
    ),
    _idea(
        "group_per_channel",
        "group norm that takes every channel by itself",
        "Whatever num_groups says, every channel is a group of its own: that is instance norm. How many channels "
        "share a mean when 6 channels form 2 groups?",
        group=lambda x, _: over_positions(x, x.shape[-1]),
    ),
    _idea(
        "group_size_confused",
        "num_groups taken for the size of a group",
        "Adjacent channels form groups, as they should, but your groups have num_groups channels each. One group then "
        "gives instance norm, and as many as channels give layer norm: the wrong way round. Does the argument say how "
        "many groups there are, or how large each is?",
        group=lambda x, num_groups: over_positions(x, x.shape[-1] // num_groups),
    ),
    _idea(
        "groups_interleaved",
        "groups of channels that lie num_groups apart",
        "Each group has the right size, but the wrong members: channels are dealt out to the groups like cards. A "
        "group is made of channels that stand side by side. Which channels are in the first group of your program, "
        "and which should be?",
        group=lambda x, num_groups: (
            x.reshape(*x.shape[:-1], -1, num_groups),
            (*range(1, x.ndim - 1), -2),
        ),
    ),
    _idea(
        "channels_second",
        "the second axis taken for the channels",
        "Without positions all is right. With them, the axis behind the samples is treated as the channels, which is "
        "PyTorch's layout. Here the channels come last, and what stands in the second place is a spatial axis. Which "
        "axis of the input should have a mean of its own for each index?",
        {"group": _CHANNELS_SECOND["group"]},
        {name: part for name, part in _CHANNELS_SECOND.items() if name != "group"},
        **_CHANNELS_SECOND,
    ),
    _idea(
        "one_spatial_axis",
        "axes that are right for one spatial axis only",
        "Sequences are right. Images have one more spatial axis, and there your sets hold only a part of the "
        "positions, or take for the channels what is none. Can the axes be found from the number of axes that x has?",
        {**_ONE_AXIS, "layer": lambda x, _: _axes(x, 1, 2), "group": lambda x, k: _along(x, k, 1, 3)},
        _ONE_AXIS,
        layer=lambda x, _: _axes(x, 1, -1),
        group=lambda x, k: _along(x, k, 1, -1),
        **_ONE_AXIS,
    ),
    _idea(
        "two_spatial_axes",
        "axes that are right for two spatial axes only",
        "Images are right. Sequences have one spatial axis less, so that the same numbers of axes there include the "
        "channels. Can the axes be found from the number of axes that x has?",
        {"batch": _TWO_AXES["batch"]},
        {"instance": _TWO_AXES["instance"]},
        {**_TWO_AXES, "layer": lambda x, _: _axes(x, 1, 2, 3), "group": lambda x, k: _along(x, k, 1, 2, 4)},
        **_TWO_AXES,
    ),
)

_SHARED = {idea.name: idea for idea in spread.FORMULA}


def _known(name: str, text: str = "", title: str = "") -> Misconception:
    """An idea of the exercises per position, about the members of a set, perhaps in other words."""
    idea = _SHARED[name]
    value = assemble(idea.parts) if idea.parts else in_sets(idea.value) if idea.value else None
    return replace(idea, value=value, text=text or idea.text, title=title or idea.title)


FORMULA = (
    _known("missing_root"),
    _known(
        "sample_variance",
        "The sum of squares is divided by the number of values in a set, less one. Statisticians do so to estimate the "
        "variance of a population from a sample; here the set is all there is. Which number do you divide by, and what "
        "would it be for a set of one value?",
    ),
    _known(
        "sum_of_squares",
        "The differences from the mean are right, and so are their squares. They are added up and never divided by how "
        "many there are, so that large sets come out small. If an image were twice as wide, with the same values "
        "repeated, should its variance change?",
    ),
    _known("second_moment"),
    _known(
        "spread_kept",
        "The mean of each set is taken away as it should be. But every set keeps the spread it came with. What should "
        "the standard deviation of each set of your output be?",
    ),
    _known(
        "mean_kept",
        "The values are divided by the right standard deviation, but they are not centred first. What should the mean "
        "of each set of your output be?",
    ),
    _known("eps_outside_root"),
    _known(
        "eps_ignored",
        "Mean, variance and root are right. But the values agree with a formula that has no eps at all, which goes "
        "unnoticed until the values of a set are close together. What happens to your fraction when a set holds one "
        "value?",
    ),
    _known(
        "eps_1e5_hard_coded",
        "All is right while eps is 1e-5, and wrong as soon as another is given. Where does your formula take eps from?",
        "eps fixed at 1e-5, whatever is given",
    ),
    _known(
        "eps_default_1e6",
        "All is right where eps is given, and wrong where it is left out: your function then takes 1e-6, as flax.linen "
        "does. Which default does the statement's signature have?",
    ),
    _known("one_pass_variance"),
)

MISCONCEPTIONS = (*SETS, *FORMULA)
