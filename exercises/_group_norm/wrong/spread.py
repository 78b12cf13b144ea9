"""Wrong ideas about the mean, the variance and eps: what is taken away and what stands below the fraction."""

from collections.abc import Callable

import ml_dtypes
import numpy as np

from grader.course import Misconception

from ..parts import Axes, Parts, assemble, count, mean, var

MOMENTUM = 0.9


def _idea(name: str, title: str, text: str, *also: Parts, **parts) -> Misconception:
    """An idea, and other ways to write it."""
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _below(denominator: Callable[[np.ndarray, Axes, float], np.ndarray]) -> Parts:
    return {"below": denominator}


def _around(size: Callable[[np.ndarray, Axes], np.ndarray]) -> tuple[Parts, ...]:
    """A wrong measure of spread, with eps where else it is found: left out, outside the root, inside of it."""
    return (
        _below(lambda v, axes, _: size(v, axes)),
        _below(lambda v, axes, eps: size(v, axes) + eps),
        _below(lambda v, axes, eps: np.sqrt(size(v, axes) ** 2 + eps)),
    )


def _all_channels(values: np.ndarray, axes: Axes) -> Axes:
    """What a group shares, and the last two axes: the groups and their members."""
    return tuple({axis % values.ndim for axis in (*axes, -2, -1)})


def _kept(values: np.ndarray, *_: object) -> np.ndarray:
    return values


def _deviation(values: np.ndarray, axes: Axes) -> np.ndarray:
    return mean(np.abs(values - mean(values, axes)), axes)


def _from_least(values: np.ndarray, axes: Axes, _: float) -> np.ndarray:
    return values - values.min(axis=axes, keepdims=True)


def _range(values: np.ndarray, axes: Axes) -> np.ndarray:
    return values.max(axis=axes, keepdims=True) - values.min(axis=axes, keepdims=True)


def _one_pass_variance(values: np.ndarray, axes: Axes) -> np.ndarray:
    in_float32 = values.astype(np.float32)
    return (mean(in_float32**2, axes) - mean(in_float32, axes) ** 2).astype(np.float64)


def _sample_variance(values: np.ndarray, axes: Axes) -> np.ndarray:
    return var(values, axes) * np.divide(count(values, axes), count(values, axes) - 1)


def _sum_of_squares(values: np.ndarray, axes: Axes) -> np.ndarray:
    return ((values - mean(values, axes)) ** 2).sum(axis=axes, keepdims=True)


def _as_half(values: np.ndarray) -> np.ndarray:
    return values.astype(ml_dtypes.bfloat16).astype(np.float64)


ROOT = (
    _idea(
        "missing_root",
        "division by the variance, without its square root",
        "The mean is taken away as it should be, but the differences are then divided by var + eps itself. A variance "
        "is measured in squares: values in metres have a variance in square metres. What must a normalised group's "
        "standard deviation be, and what is it in your output?",
        _below(lambda v, axes, _: var(v, axes)),
        below=lambda v, axes, eps: var(v, axes) + eps,
    ),
    _idea(
        "spread_multiplied",
        "multiplication by the standard deviation",
        "Mean and standard deviation are right, and so is what they are computed from. But groups that are spread out "
        "come out more spread out still, and narrow ones narrower. What should the spread of your output be for a "
        "group twice as wide as another?",
        _below(lambda v, axes, _: 1 / np.sqrt(var(v, axes))),
        _below(lambda v, axes, eps: 1 / (np.sqrt(var(v, axes)) + eps)),
        below=lambda v, axes, eps: 1 / np.sqrt(var(v, axes) + eps),
    ),
    _idea(
        "sample_variance",
        "the sample variance, divided by one less than the number of values",
        "The sum of squares is divided by the number of values in a group, less one. Statisticians do so to "
        "estimate the variance of a population from a sample; here the group is all there is. Which number do you "
        "divide by, and what would it be for a group of one value?",
        *_around(lambda v, axes: np.sqrt(_sample_variance(v, axes))),
        _below(lambda v, axes, eps: np.sqrt((var(v, axes) + eps) * np.divide(count(v, axes), count(v, axes) - 1))),
        below=lambda v, axes, eps: np.sqrt(_sample_variance(v, axes) + eps),
    ),
    _idea(
        "sum_of_squares",
        "the sum of the squared differences for their mean",
        "The differences from the mean are right, and so are their squares. They are added up and never divided by how "
        "many there are, so that larger groups come out smaller: each group's length is 1 instead of its standard "
        "deviation. If you doubled a group by repeating its values, should its variance change?",
        *_around(lambda v, axes: np.sqrt(_sum_of_squares(v, axes))),
        below=lambda v, axes, eps: np.sqrt(_sum_of_squares(v, axes) + eps),
    ),
    _idea(
        "absolute_deviation",
        "the mean absolute deviation for the standard deviation",
        "The values are centred as they should be. But the spread is measured by the mean distance from the mean. That "
        "is a measure of spread, and not the one in the formula. How do you get from differences to a variance?",
        *_around(_deviation),
        below=lambda v, axes, eps: _deviation(v, axes) + eps,
    ),
    _idea(
        "range_for_spread",
        "the distance from the least to the greatest value for the standard deviation",
        "Each group is centred and brought to a common scale, which is the right intention. The scale here is the "
        "range, which two values decide alone. What do the other values of a group contribute to its variance?",
        *_around(_range),
        below=lambda v, axes, eps: _range(v, axes) + eps,
    ),
    _idea(
        "min_max_scaling",
        "scaling from the least to the greatest value: min-max normalization",
        "Each group is moved and brought to a common scale, which is the right intention. But it is moved to its "
        "least value and scaled by its range, so that two values decide all. Where should the middle of a normalised "
        "group lie, and how do the other values of the group take part in its spread?",
        {"centre": _from_least, "below": lambda v, axes, _: _range(v, axes)},
        centre=_from_least,
        below=lambda v, axes, eps: _range(v, axes) + eps,
    ),
    _idea(
        "spread_kept",
        "values that are centred and never divided",
        "The mean of each group is taken away as it should be. But every group keeps the spread it came with. What "
        "should the standard deviation of each group of your output be, before gamma and beta?",
        below=lambda v, *_: np.ones_like(v),
    ),
    _idea(
        "second_moment",
        "the mean of the squares for the variance",
        "The mean is taken away, and the fraction has the right form. But the squares are those of the values "
        "themselves, not of their differences from the mean. Both agree when the mean is zero. Which of the two should "
        "a variance not depend on: the spread of the values, or where they lie?",
        *_around(lambda v, axes: np.sqrt(mean(v**2, axes))),
        below=lambda v, axes, eps: np.sqrt(mean(v**2, axes) + eps),
    ),
)

EPS = (
    _idea(
        "eps_outside_root",
        "eps outside the square root",
        "Mean and variance are right, and so is the form of the fraction. But eps is added to the standard deviation "
        "instead of the variance. The two nearly agree while the variance is large, and differ when it is small. "
        "Where does eps stand in the formula, and what is it there to prevent?",
        below=lambda v, axes, eps: np.sqrt(var(v, axes)) + eps,
    ),
    _idea(
        "eps_beside_fraction",
        "eps added to one over the standard deviation",
        "Mean and variance are right. But eps is added after the division, to the inverse of the standard deviation, "
        "so that nothing protects the division itself. Of which quantity, exactly, should the inverse be taken?",
        below=lambda v, axes, eps: 1 / (1 / np.sqrt(var(v, axes)) + eps),
    ),
    _idea(
        "eps_after_the_fraction",
        "eps added to the fraction, after the division",
        "Mean and variance are right. But eps is added to the result of the division, so that all values are moved by "
        "it and nothing protects the division itself. In which order does Python divide and add, and what do brackets "
        "change about that?",
        centre=lambda v, axes, eps: v - mean(v, axes) + eps * np.sqrt(var(v, axes)),
        below=lambda v, axes, _: np.sqrt(var(v, axes)),
    ),
    _idea(
        "eps_twice",
        "eps added twice, under the root and beside it",
        "Under the root eps stands where it should. Outside it is added a second time, so that narrow groups come out "
        "too small. How often does eps appear in the formula?",
        below=lambda v, axes, eps: np.sqrt(var(v, axes) + eps) + eps,
    ),
    _idea(
        "eps_ignored",
        "eps left out",
        "Mean, variance and root are right. But the values agree with a formula that has no eps at all, which goes "
        "unnoticed until a group's values are close together. What happens to your fraction when all values of a group "
        "are the same?",
        below=lambda v, axes, _: np.sqrt(var(v, axes)),
    ),
    _idea(
        "eps_squared",
        "eps squared under the root",
        "eps is in the right place, but its square is added there. As eps is small, its square is next to nothing. In "
        "which unit is a variance, and does eps need to be squared to be added to it?",
        below=lambda v, axes, eps: np.sqrt(var(v, axes) + eps**2),
    ),
    _idea(
        "eps_floor_of_variance",
        "eps as a lower limit of the variance",
        "The variance is right, and a division by zero is prevented. But the larger of variance and eps is taken: "
        "above eps it changes nothing, below it all variances become one. What does the formula do with eps when the "
        "variance is larger than it?",
        below=lambda v, axes, eps: np.sqrt(np.maximum(var(v, axes), eps)),
    ),
    _idea(
        "eps_floor_of_root",
        "eps as a lower limit of the standard deviation",
        "The standard deviation is right, and a division by zero is prevented. But eps comes in only where the "
        "standard deviation is smaller than it; everywhere else it is without effect. What does the formula do with "
        "eps when the variance is larger than it?",
        below=lambda v, axes, eps: np.maximum(np.sqrt(var(v, axes)), eps),
    ),
    _idea(
        "eps_in_mean",
        "eps added to the mean",
        "The denominator is right. But eps also moves the mean, so that every normalised group is off to one side by "
        "the same small amount. What is the mean of each group of your output, before gamma and beta?",
        centre=lambda v, axes, eps: v - (mean(v, axes) + eps),
    ),
    _idea(
        "eps_1e5_hard_coded",
        "eps fixed at 1e-5, whatever is given",
        "All is right while eps is 1e-5, and wrong as soon as another is given. Where does your formula take eps from?",
        below=lambda v, axes, _: np.sqrt(var(v, axes) + 1e-5),
    ),
    _idea(
        "eps_1e6_hard_coded",
        "eps fixed at 1e-6, whatever is given",
        "The formula is right, and so is the place of eps. Its value is always 1e-6, the default of flax.linen, even "
        "where another is given. Where does your formula take eps from?",
        below=lambda v, axes, _: np.sqrt(var(v, axes) + 1e-6),
    ),
    _idea(
        "eps_1e3_hard_coded",
        "eps fixed at 1e-3, whatever is given",
        "The formula is right, and so is the place of eps. Its value is always 1e-3, the default of Keras, even where "
        "another is given. Where does your formula take eps from?",
        below=lambda v, axes, _: np.sqrt(var(v, axes) + 1e-3),
    ),
    Misconception(
        name="eps_default_1e6",
        title="a default eps of 1e-6",
        text="All is right where eps is given, and wrong where it is left out: your code then takes 1e-6, as "
        "flax.linen does. Which default does the statement's signature have?",
        defaults={"eps": 1e-6},
    ),
    Misconception(
        name="eps_default_1e3",
        title="a default eps of 1e-3",
        text="All is right where eps is given, and wrong where it is left out: your code then takes 1e-3, as "
        "Keras does. Which default does the statement's signature have?",
        defaults={"eps": 1e-3},
    ),
)

MEAN = (
    _idea(
        "mean_kept",
        "the mean is not taken away",
        "The values are divided by the right standard deviation, but they are not centred first. What should the mean "
        "of each group of your output be, before gamma and beta?",
        centre=_kept,
    ),
    _idea(
        "root_mean_square",
        "division by the root mean square, without a mean: RMS normalization",
        "The groups are right, and each is brought to a common length. No mean appears anywhere: neither is it taken "
        "away above the fraction nor is the spread below measured from it. What happens to your output when 10 is "
        "added to every value of a group, and what should happen?",
        *({"centre": _kept, **below} for below in _around(lambda v, axes: np.sqrt(mean(v**2, axes)))),
        centre=_kept,
        below=lambda v, axes, eps: np.sqrt(mean(v**2, axes) + eps),
    ),
    _idea(
        "sign_reversed",
        "the mean minus the values: the sign is reversed",
        "Every normalised value has the right size, but values above the mean come out below it. Which of the two is "
        "taken from which?",
        centre=lambda v, axes, _: mean(v, axes) - v,
    ),
    _idea(
        "median_for_mean",
        "the median taken away instead of the mean",
        "The spread is right, and the values are centred, but at their middle value in order of size. Median and mean "
        "agree only where a group is symmetric. What should the sum of a centred group be, and what is it in yours?",
        centre=lambda v, axes, _: v - np.median(v, axis=axes, keepdims=True),
    ),
    _idea(
        "mean_of_all_channels",
        "the mean of all channels, with the variance of each group",
        "The standard deviation is that of each group, as it should be. What is taken away is the mean of all channels "
        "together. Over which values should the mean run that a group is centred by?",
        centre=lambda v, axes, _: v - mean(v, _all_channels(v, axes)),
    ),
    _idea(
        "sum_over_all_channels",
        "a group's sum divided by the number of all channels",
        "The variance is right, and it is the group's own values that are added up. But their sum is divided by C, the "
        "number of all channels, so that the mean comes out too small, by a factor of the number of groups. How many "
        "values were added?",
        centre=lambda v, axes, _: v - mean(v, axes) / v.shape[-2],
    ),
    _idea(
        "variance_of_all_channels",
        "the variance of all channels, with the mean of each group",
        "Each group is centred by its own mean, as it should be. The variance below the fraction is that of all "
        "channels together. Over which values should it run?",
        below=lambda v, axes, eps: np.sqrt(var(v, _all_channels(v, axes)) + eps),
    ),
    _idea(
        "first_group_for_all",
        "the statistics of the first group, used for all groups",
        "The first group is right, and only that one. The others are normalised with its mean and its variance. How "
        "many groups were asked for, and does the array that holds your means keep all of them?",
        centre=lambda v, axes, _: v - mean(v, axes)[..., :1, :],
        below=lambda v, axes, eps: np.sqrt(var(v, axes)[..., :1, :] + eps),
    ),
    _idea(
        "running_statistics",
        "a mean of 0 and a variance of 1, whatever x is",
        "gamma, beta and eps are right, and there is nothing of x in what they are applied to but x itself: neither a "
        "mean nor a spread is measured. So does batch normalization behave at evaluation, before it has seen data. "
        "From which values does group normalization take its mean, in training and in evaluation?",
        {"centre": _kept, "below": lambda v, *_: np.ones_like(v)},
        centre=_kept,
        below=lambda v, _, eps: np.sqrt(np.ones_like(v) + eps),
    ),
    _idea(
        "running_average",
        "running averages of mean and variance, with momentum 0.9",
        "The mean and the variance are measured over the right values, but then only a tenth of each is used, with "
        "nine tenths of a start of 0 and 1. Batch normalization keeps such averages for its evaluation. Which mean "
        "should a group be centred by here, and does it depend on any earlier call?",
        centre=lambda v, axes, _: v - (1 - MOMENTUM) * mean(v, axes),
        below=lambda v, axes, eps: np.sqrt(MOMENTUM + (1 - MOMENTUM) * var(v, axes) + eps),
    ),
)

_ONE_PASS: Parts = {"below": lambda v, axes, eps: np.sqrt(_one_pass_variance(v, axes) + eps)}
_HALF: Parts = {
    "centre": lambda v, axes, _: _as_half(v) - _as_half(mean(_as_half(v), axes)),
    "below": lambda v, axes, eps: np.sqrt(_as_half(var(_as_half(v), axes)) + eps),
}

ROUNDING = (
    Misconception(
        name="one_pass_variance",
        title="a variance from values that were not centred first, such as E[x^2] - E[x]^2",
        text="On paper such a formula is the variance. In float32 it is the difference of two large numbers wherever "
        "the mean is large beside the spread: with a mean of 1,000, both are near a million, of which float32 keeps "
        "about seven digits. How many digits of a variance near 1 are left?",
        value=assemble(_ONE_PASS),
        parts=_ONE_PASS,
        rounding="cancellation",
    ),
    Misconception(
        name="half_precision_statistics",
        title="a float32 input computed in half precision",
        text="The formula is right, but some step works in bfloat16 or float16, which keep two or three digits; where "
        "the mean is large, taking it away loses even those. Where in your code do values become narrower than the "
        "input, and which steps suffer most from it?",
        value=assemble(_HALF),
        parts=_HALF,
        rounding="half",
    ),
)

# What does not depend on which values share a mean.
FORMULA = (*ROOT, *EPS, *MEAN, *ROUNDING)
