"""Wrong ideas about mean and variance of groups, as float64 NumPy with the words that explain them."""

from collections.abc import Callable

import numpy as np

from grader.course import Misconception

from ._reference import Parts, about, assemble, cut

FEWEST = 2  # values that can differ


def _idea(name: str, title: str, text: str, *also: Parts, **parts: Callable) -> Misconception:
    """An idea, and other ways to have it."""
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _true_mean(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=-1)


def _same_for_all(statistic: np.ndarray, values: np.ndarray) -> np.ndarray:
    """One statistic for several groups, repeated for each."""
    return np.broadcast_to(statistic, values.shape[:-1])


def _of_all_channels(values: np.ndarray) -> np.ndarray:
    return _same_for_all(values.mean(axis=(-2, -1))[..., None], values)


def _variance_of_all_channels(values: np.ndarray) -> np.ndarray:
    return _same_for_all(values.var(axis=(-2, -1))[..., None], values)


def _slices(x: np.ndarray, num_groups: int, left: float) -> np.ndarray:
    """The first num_groups stretches of num_groups channels; where there are none left, what an empty one gives."""
    wanted = num_groups * num_groups
    missing = max(0, wanted - x.shape[-1])
    padded = np.concatenate([x, np.full((*x.shape[:-1], missing), left)], axis=-1)
    return padded[..., :wanted].reshape(*x.shape[:-1], num_groups, num_groups)


def _over_positions(x: np.ndarray, num_groups: int) -> np.ndarray:
    """The same values at every position: those of all positions."""
    everything = np.moveaxis(cut(x, num_groups), -2, 0).reshape(num_groups, -1)
    return np.broadcast_to(everything, (*x.shape[:-1], *everything.shape))


def _sum_of_squares(values: np.ndarray, mean: np.ndarray) -> np.ndarray:
    return about(values, mean) * values.shape[-1]


def _sample(values: np.ndarray, mean: np.ndarray) -> np.ndarray:
    return _sum_of_squares(values, mean) / np.float64(values.shape[-1] - 1)


def _one_pass(values: np.ndarray, *_: object) -> np.ndarray:
    single = values.astype(np.float32)
    return ((single**2).mean(axis=-1) - single.mean(axis=-1) ** 2).astype(np.float64)


def _mean_difference(values: np.ndarray) -> np.ndarray:
    """0, but for the rounding of float32."""
    single = values.astype(np.float32)
    return (single - single.mean(axis=-1, keepdims=True)).mean(axis=-1).astype(np.float64)


def _plus(eps: float) -> Callable[..., np.ndarray]:
    return lambda values, mean, _: about(values, mean) + eps


GROUPS = (
    _idea(
        "groups_interleaved",
        "groups of channels that lie apart",
        "Each group has the right size, but the wrong members: its channels are picked at regular distances, as cards "
        "are dealt out. A group is made of channels that stand side by side. Which channels are in the first group of "
        "your program, and which should be?",
        split=lambda x, num_groups: x.reshape(*x.shape[:-1], -1, num_groups).swapaxes(-1, -2),
    ),
    _idea(
        "groups_ignored",
        "one mean and one variance of all channels, repeated for every group",
        "The formulas are right, and the shapes are. But all channels of a position are measured together, so that "
        "every group gets the same two numbers. Over how many values should a mean be taken when 12 channels form 3 "
        "groups?",
        {"mean": lambda values, _: _of_all_channels(values), "variance": lambda v, *_: _variance_of_all_channels(v)},
        split=lambda x, num_groups: np.broadcast_to(x[..., None, :], (*x.shape[:-1], num_groups, x.shape[-1])),
    ),
    _idea(
        "group_size_confused",
        "num_groups taken for the size of a group",
        "The first channels form groups of neighbours, as they should, but each of your groups has num_groups "
        "channels. The argument says how many groups there are; their size follows. With 12 channels and "
        "num_groups=3, how many channels share a mean?",
        {"split": lambda x, num_groups: _slices(x, num_groups, 0.0)},
        split=lambda x, num_groups: _slices(x, num_groups, np.nan),
    ),
    _idea(
        "first_group_for_all",
        "the mean and the variance of the first group, repeated for every group",
        "The first group is right, and only that one: the others are given its numbers. Where in your program does the "
        "number of the group come in?",
        split=lambda x, num_groups: np.broadcast_to(
            cut(x, num_groups)[..., :1, :], (*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
        ),
    ),
    _idea(
        "over_positions",
        "statistics shared by all positions",
        "The channels are in their right groups, and a single vector is measured as it should be. But with more "
        "positions than one, all of them share a mean and a variance. Here each position is measured by itself. Which "
        "axes must your mean leave alone?",
        split=_over_positions,
    ),
)

MEAN = (
    _idea(
        "sum_for_mean",
        "the sum for the mean",
        "The values of each group are added up, and the sum is returned. The mean says where the values lie; the sum "
        "grows with their number. What is the mean of 10, 10, 10 and 10, and what would your program say?",
        {"mean": lambda v, _: v.sum(axis=-1), "variance": lambda v, *_: v.var(axis=-1)},
        mean=lambda values, _: values.sum(axis=-1),
    ),
    _idea(
        "divided_by_groups",
        "division by the number of groups instead of the number of values",
        "The right values are added up. But the sum is divided by num_groups, the number of groups, and not by how "
        "many values were added. With 12 channels and num_groups=3, how many values does one sum hold?",
        {"mean": lambda v, groups: v.sum(axis=-1) / groups, "variance": lambda v, *_: v.var(axis=-1)},
        {"mean": lambda v, groups: v.sum(axis=-1) / groups},
        {"variance": lambda v, _, groups: _sum_of_squares(v, _true_mean(v)) / groups},
        mean=lambda v, groups: v.sum(axis=-1) / groups,
        variance=lambda v, mean, groups: _sum_of_squares(v, mean) / groups,
    ),
    _idea(
        "divided_by_all_channels",
        "division by the number of all channels instead of those of one group",
        "The right values are added up. But the sum is divided by C, the number of all channels, so that the result "
        "is too small by a factor of num_groups. How many values does one sum hold?",
        {"mean": lambda v, groups: _true_mean(v) / groups, "variance": lambda v, *_: v.var(axis=-1)},
        {"mean": lambda v, groups: _true_mean(v) / groups},
        {"variance": lambda v, _, groups: about(v, _true_mean(v)) / groups},
        mean=lambda v, groups: _true_mean(v) / groups,
        variance=lambda v, mean, groups: about(v, mean) / groups,
    ),
    _idea(
        "median_for_mean",
        "the median for the mean",
        "The value in the middle of each group is returned, in order of size. Median and mean agree only where the "
        "values lie evenly on both sides. By how much does the mean of 10, 10, 10 and 30 differ from 10?",
        {"mean": lambda v, _: np.median(v, axis=-1), "variance": lambda v, *_: v.var(axis=-1)},
        mean=lambda values, _: np.median(values, axis=-1),
    ),
    _idea(
        "middle_of_range",
        "the middle between the least and the greatest value for the mean",
        "Two values of each group decide alone. The others can be anything in between and change nothing. What do they "
        "contribute to a mean?",
        {"mean": lambda v, _: (v.min(axis=-1) + v.max(axis=-1)) / 2, "variance": lambda v, *_: v.var(axis=-1)},
        mean=lambda v, _: (v.min(axis=-1) + v.max(axis=-1)) / 2,
    ),
)

VARIANCE = (
    _idea(
        "standard_deviation",
        "the standard deviation for the variance",
        "The mean is right. The second array holds a measure of spread in the same unit as the values; a variance is "
        "measured in that unit squared. Which step of yours comes after the mean of the squares, and is it asked for?",
        variance=lambda values, mean, _: np.sqrt(about(values, mean)),
    ),
    _idea(
        "variance_squared",
        "the square of the variance",
        "The mean is right, and the variance is there on the way. It is squared once more. In which step do the "
        "differences become squares, and what does your last step add to that?",
        variance=lambda values, mean, _: about(values, mean) ** 2,
    ),
    _idea(
        "sample_variance",
        "the sample variance, divided by one less than the number of values",
        "The sum of squares is divided by the number of values in a group, less one. Statisticians do so to estimate "
        "the variance of a population from a sample; here the group is all there is. Which number should you divide "
        "by, and what would yours be for a group of one value?",
        variance=lambda values, mean, _: _sample(values, mean),
    ),
    _idea(
        "sum_of_squares",
        "the sum of the squared differences for their mean",
        "The mean is right, and so are the squared differences. They are added up and never divided by how many there "
        "are. If you repeated every value of a group, should its variance change?",
        variance=lambda values, mean, _: _sum_of_squares(values, mean),
    ),
    _idea(
        "absolute_deviation",
        "the mean distance from the mean for the variance",
        "The mean is right, and so are the differences from it. Their signs are dropped, and their sizes averaged. "
        "That is a measure of spread, and not the one in the formula. What does the formula do with a difference "
        "before the mean is taken?",
        variance=lambda v, mean, _: np.abs(v - mean[..., None]).mean(axis=-1),
    ),
    _idea(
        "differences_not_squared",
        "the mean of the differences, which is always 0",
        "The differences from the mean are right. But they are averaged as they are: those above the mean and those "
        "below it cancel, whatever the values, and nothing is left to be squared. What makes a difference of -5 count "
        "as much as one of 5, and when must that be done?",
        {"variance": lambda v, *_: _mean_difference(v) ** 2},
        variance=lambda v, *_: _mean_difference(v),
    ),
    _idea(
        "second_moment",
        "the mean of the squares for the variance",
        "The mean is right. But the squares are those of the values themselves, not of their differences from the "
        "mean. Both agree where the mean is 0. Should a variance depend on where the values lie, or only on how far "
        "apart they are?",
        variance=lambda values, *_: (values**2).mean(axis=-1),
    ),
    _idea(
        "variance_of_all_channels",
        "the variance of all channels beside the mean of each group",
        "The means are those of the groups, as they should be. The variance is that of all channels of a position "
        "together, repeated. Over which values should it run?",
        {
            "variance": lambda v, _, __: _same_for_all(
                ((v - _of_all_channels(v)[..., None]) ** 2).mean((-2, -1))[..., None], v
            )
        },
        {"variance": lambda v, mean, _: _same_for_all(about(v, mean).mean(axis=-1)[..., None], v)},
        variance=lambda v, *_: _variance_of_all_channels(v),
    ),
    _idea(
        "centred_by_all_channels",
        "differences from the mean of all channels",
        "The means are those of the groups, and the squares are averaged in each group, as they should be. But what is "
        "squared are differences from the mean of all channels. From which mean should a value be taken?",
        variance=lambda v, *_: ((v - v.mean(axis=(-2, -1), keepdims=True)) ** 2).mean(axis=-1),
    ),
    _idea(
        "range_for_spread",
        "the distance from the least to the greatest value for the variance",
        "The mean is right. The spread is measured by two values of each group alone. What do the other values "
        "contribute to a variance?",
        {"variance": lambda v, *_: np.ptp(v, axis=-1) ** 2},
        variance=lambda v, *_: np.ptp(v, axis=-1),
    ),
    _idea(
        "eps_added",
        "a small number added to the variance",
        "The mean is right, and so is the variance, but something like 0.00001 has been added to it. A normalization "
        "layer does so before it takes a root, so as not to divide by 0. Here the variance itself is asked for. What "
        "is the variance of a group whose values are all the same?",
        {"variance": _plus(1e-6)},
        {"variance": _plus(1e-3)},
        {"variance": _plus(1e-8)},
        variance=_plus(1e-5),
    ),
    _idea(
        "inverse_standard_deviation",
        "one over the standard deviation for the variance",
        "The mean is right. The second array holds what a normalization layer multiplies by: a wide group has a small "
        "number there, and a narrow one a large number. What should the variance of a group do when its values move "
        "apart?",
        {"variance": lambda v, mean, _: 1 / np.sqrt(about(v, mean))},
        variance=lambda v, mean, _: 1 / np.sqrt(about(v, mean) + 1e-5),
    ),
    Misconception(
        name="one_pass_variance",
        title="a variance from values that were not centred first, such as E[x^2] - E[x]^2",
        text="On paper such a formula is the variance. In float32 it is the difference of two large numbers wherever "
        "the mean is large beside the spread: with a mean of 1,000, both are near a million, of which float32 keeps "
        "about seven digits. How many digits are left of a variance below 1?",
        value=assemble({"variance": _one_pass}),
        rounding="cancellation",
    ),
)

ORDER = (
    _idea(
        "order_exchanged",
        "the variance returned before the mean",
        "Both arrays are right, and each stands in the other's place. In which order does the statement ask for them?",
        order=lambda mean, variance: (variance, mean),
    ),
    _idea(
        "mean_twice",
        "the mean returned twice",
        "The first array is right. The second is the same one again. Which of your variables holds the variance, and "
        "is it the one that you return?",
        order=lambda mean, _: (mean, mean),
    ),
    _idea(
        "variance_twice",
        "the variance returned twice",
        "The second array is right. The first is the same one again. Which of your variables holds the mean, and is "
        "it the one that you return?",
        order=lambda _, variance: (variance, variance),
    ),
)

MISCONCEPTIONS = (*GROUPS, *MEAN, *VARIANCE, *ORDER)
