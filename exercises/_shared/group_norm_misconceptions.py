"""Wrong ideas about group normalization per position, as float64 NumPy, with the words that explain them."""

from collections.abc import Callable

import numpy as np

from exercises.spec import Arguments, Arrays, Misconception


def _grouped(x: np.ndarray, num_groups: int) -> np.ndarray:
    return x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)


def _affine(normalized: np.ndarray, arrays: Arrays) -> np.ndarray:
    return arrays["gamma"] * normalized.reshape(arrays["x"].shape) + arrays["beta"]


def _with_denominator(denominator: Callable[[np.ndarray, float], np.ndarray]) -> Callable:
    """The right formula, but for what stands below the fraction: a function of the grouped input and eps."""

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        grouped = _grouped(arrays["x"], arguments["num_groups"])
        centred = grouped - grouped.mean(axis=-1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            return _affine(centred / denominator(grouped, arguments["eps"]), arrays)

    return value


def _with_groups(count: Callable[[int, int], int]) -> Callable:
    """The right formula with another number of groups: a function of the channels and the number asked for."""

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        grouped = _grouped(arrays["x"], count(arrays["x"].shape[-1], arguments["num_groups"]))
        return _affine(_standardized(grouped, (-1,), arguments["eps"]), arrays)

    return value


def _standardized(grouped: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
    centred = grouped - grouped.mean(axis=axes, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=axes, keepdims=True) + eps)


def _normalized(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    grouped = _grouped(arrays["x"], arguments["num_groups"])
    return _standardized(grouped, (-1,), arguments["eps"]).reshape(arrays["x"].shape)


def _var(grouped: np.ndarray) -> np.ndarray:
    return grouped.var(axis=-1, keepdims=True)


def _sample_variance_root(grouped: np.ndarray, eps: float) -> np.ndarray:
    count = grouped.shape[-1]
    return np.sqrt(_var(grouped) * np.divide(count, count - 1) + eps)


def _interleaved(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    x, num_groups = arrays["x"], arguments["num_groups"]
    grouped = x.reshape(*x.shape[:-1], x.shape[-1] // num_groups, num_groups)
    return _affine(_standardized(grouped, (-2,), arguments["eps"]), arrays)


def _mean_kept(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    grouped = _grouped(arrays["x"], arguments["num_groups"])
    return _affine(grouped / np.sqrt(_var(grouped) + arguments["eps"]), arrays)


def _one_pass(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    grouped = _grouped(arrays["x"].astype(np.float32), arguments["num_groups"])
    mean = grouped.mean(axis=-1, keepdims=True)
    variance = (grouped**2).mean(axis=-1, keepdims=True) - mean**2
    with np.errstate(invalid="ignore"):
        normalized = (grouped - mean) / np.sqrt(variance + np.float32(arguments["eps"]))
    return _affine(normalized.astype(np.float64), arrays)


def _affine_first(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    scaled = {**arrays, "x": arrays["gamma"] * arrays["x"] + arrays["beta"]}
    return _normalized(scaled, arguments)


def _over_positions(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    grouped = _grouped(arrays["x"], arguments["num_groups"])
    axes = (*range(grouped.ndim - 2), -1)
    return _affine(_standardized(grouped, axes, arguments["eps"]), arrays)


def _per_sample(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    grouped = _grouped(arrays["x"], arguments["num_groups"])
    axes = (*range(1, grouped.ndim - 2), -1)
    return _affine(_standardized(grouped, axes, arguments["eps"]), arrays)


def _channels(arrays: Arrays) -> int:
    return arrays["x"].shape[-1]


MISSING_ROOT = Misconception(
    name="missing_root",
    title="division by the variance, without its square root",
    text="The mean is taken away as it should be, but the differences are then divided by var + eps itself. A variance "
    "is measured in squares: values in metres have a variance in square metres. What must a normalised group's "
    "standard deviation be, and what is it in your output?",
    value=_with_denominator(lambda g, eps: _var(g) + eps),
)
EPS_OUTSIDE_ROOT = Misconception(
    name="eps_outside_root",
    title="eps outside the square root",
    text="Mean and variance are right, and so is the shape of the fraction. But eps is added to the standard "
    "deviation instead of the variance. The two agree while the variance is large and part when it is small. "
    "Where does eps stand in the formula, and what is it there to prevent?",
    value=_with_denominator(lambda g, eps: np.sqrt(_var(g)) + eps),
)
EPS_IGNORED = Misconception(
    name="eps_ignored",
    title="eps left out",
    text="The values agree with a formula that has no eps at all. That goes unnoticed until a group's values are close "
    "together. What happens to your fraction when all values of a group are the same?",
    value=_with_denominator(lambda g, _: np.sqrt(_var(g))),
)
EPS_HARD_CODED = Misconception(
    name="eps_hard_coded",
    title="eps fixed at 1e-5, whatever the module was given",
    text="All is right while eps is 1e-5, and wrong as soon as the module is built with another. Where "
    "does your __call__ take eps from?",
    value=_with_denominator(lambda g, _: np.sqrt(_var(g) + 1e-5)),
)
SAMPLE_VARIANCE = Misconception(
    name="sample_variance",
    title="the sample variance, divided by n - 1",
    text="The sum of squares is divided by one less than the number of channels in a group. Statisticians do so to "
    "estimate the variance of a population from a sample; here the group is all there is. Which number do you divide "
    "by, and what would it be for a group of one channel?",
    value=_with_denominator(_sample_variance_root),
)
ABSOLUTE_DEVIATION = Misconception(
    name="absolute_deviation",
    title="the mean absolute deviation for the standard deviation",
    text="The spread is measured by the mean distance from the mean. That is a measure of spread, but not the one in "
    "the formula. How do you get from differences to a variance?",
    value=_with_denominator(lambda g, eps: np.abs(g - g.mean(-1, keepdims=True)).mean(-1, keepdims=True) + eps),
)
SECOND_MOMENT = Misconception(
    name="second_moment",
    title="the mean of the squares for the variance",
    text="The squares are those of the values themselves, not of their differences from the mean. Both agree when the "
    "mean is zero. Which of the two should a variance not depend on: the spread of the values, or where they lie?",
    value=_with_denominator(lambda g, eps: np.sqrt((g**2).mean(axis=-1, keepdims=True) + eps)),
)
MEAN_KEPT = Misconception(
    name="mean_kept",
    title="the mean is not taken away",
    text="The values are divided by the right standard deviation, but they are not centred first. What should the mean "
    "of each group of your output be, before gamma and beta?",
    value=_mean_kept,
)
ONE_PASS_VARIANCE = Misconception(
    name="one_pass_variance",
    title="a variance from values that were not centred first, such as E[x^2] - E[x]^2",
    text="On paper such a formula is the variance. In float32 it is the difference of two large numbers wherever the "
    "mean is large beside the spread: with a mean of 1,000, both are near a million and have some seven digits. How "
    "many digits of a variance near 1 are left?",
    value=_one_pass,
)
GROUPS_INTERLEAVED = Misconception(
    name="groups_interleaved",
    title="groups of channels that lie num_groups apart",
    text="Each group has the right size, but the wrong members: channels are dealt out to the groups like cards. The "
    "first C/G channels belong to the first group, the next C/G to the second. In which order must the two new axes "
    "stand when the channel axis is split?",
    value=_interleaved,
)
GROUPS_IGNORED = Misconception(
    name="groups_ignored",
    title="one group of all channels: layer normalization",
    text="All channels of a position share one mean and one variance, whatever num_groups says. Over how many values "
    "should a mean be taken when 12 channels form 3 groups?",
    value=_with_groups(lambda _, __: 1),
)
ONE_GROUP_PER_CHANNEL = Misconception(
    name="one_group_per_channel",
    title="an output that is beta, whatever x is",
    text="Nothing of x is left. That is what happens when every channel is a group of its own, since a group of one "
    "value has that value as its mean. How many channels share a mean in your code, and how many should?",
    value=_with_groups(lambda channels, _: channels),
)
GROUP_SIZE_CONFUSED = Misconception(
    name="group_size_confused",
    title="num_groups taken for the size of a group",
    text="Your groups have num_groups channels each. The argument says how many groups there are; their size "
    "follows. With 12 channels and num_groups=3, how many channels share a mean?",
    value=_with_groups(lambda channels, num_groups: channels // num_groups),
)
OVER_POSITIONS = Misconception(
    name="over_positions",
    title="statistics shared by different positions",
    text="The mean and the variance run over the leading axes too, so that one position changes another's output. "
    "Here each position is normalised by itself. Which axes should your mean run over?",
    value=_over_positions,
)
PER_SAMPLE = Misconception(
    name="per_sample",
    title="the group normalization of the paper, with statistics over a whole image",
    text="Vectors and tables are right; where there are more axes, all positions of a sample share one mean and one "
    "variance. That is what the paper does for images. Here every position is normalised by itself. Which axes should "
    "your mean run over, and which must it leave alone?",
    value=_per_sample,
)
AFFINE_MISSING = Misconception(
    name="affine_missing",
    title="gamma and beta never applied",
    text="The normalised values are right, and they are also the output: the parameters exist but change nothing. "
    "Which step of the formula comes after normalising?",
    value=_normalized,
)
AFFINE_SWAPPED = Misconception(
    name="affine_swapped",
    title="gamma and beta exchanged",
    text="The normalised values are multiplied by beta, and gamma is added. At initialisation, what are the two "
    "parameters, and which of them must then leave the values as they are when it multiplies?",
    value=lambda a, k: a["beta"] * _normalized(a, k) + a["gamma"],
)
BETA_INSIDE = Misconception(
    name="beta_inside",
    title="beta added before gamma multiplies",
    text="The output is gamma times the sum of the normalised values and beta, so that gamma scales beta as well. "
    "What should the output be where the normalised value is 0?",
    value=lambda a, k: a["gamma"] * (_normalized(a, k) + a["beta"]),
)
AFFINE_FIRST = Misconception(
    name="affine_first",
    title="gamma and beta applied before the normalization",
    text="The input is scaled and shifted first and normalised after, which takes much of the scale and shift away "
    "again. What are gamma and beta there to give back to the normalised values?",
    value=_affine_first,
)
PARAMETERS_PER_GROUP = Misconception(
    name="parameters_per_group",
    title="one gamma and one beta a group",
    text="The parameters have one element for each group. Groups decide only which values share a mean and a variance; "
    "how many channels should each be able to scale by itself?",
    parameters=lambda _, k: {"gamma": np.ones(k["num_groups"]), "beta": np.zeros(k["num_groups"])},
)
PARAMETERS_OF_FLAX = Misconception(
    name="parameters_of_flax",
    title="the parameter names of flax.linen, scale and bias",
    text="The parameters are called as in flax.linen.GroupNorm. What does the statement call them?",
    parameters=lambda a, _: {"scale": np.ones(_channels(a)), "bias": np.zeros(_channels(a))},
)
GAMMA_ZERO = Misconception(
    name="gamma_zero",
    title="gamma initialised to zeros",
    text="gamma begins at zero, so that a new layer returns beta whatever comes in. Which initial values make a new "
    "layer's affine step change nothing?",
    parameters=lambda a, _: {"gamma": np.zeros(_channels(a)), "beta": np.zeros(_channels(a))},
)

ONE_POSITION = (
    MISSING_ROOT,
    EPS_OUTSIDE_ROOT,
    EPS_IGNORED,
    EPS_HARD_CODED,
    SAMPLE_VARIANCE,
    ABSOLUTE_DEVIATION,
    SECOND_MOMENT,
    MEAN_KEPT,
    ONE_PASS_VARIANCE,
    GROUPS_INTERLEAVED,
    GROUPS_IGNORED,
    ONE_GROUP_PER_CHANNEL,
    GROUP_SIZE_CONFUSED,
    AFFINE_MISSING,
    AFFINE_SWAPPED,
    BETA_INSIDE,
    AFFINE_FIRST,
    PARAMETERS_PER_GROUP,
    PARAMETERS_OF_FLAX,
    GAMMA_ZERO,
)
