"""Wrong ideas about ``group_norm``: groups, the formula in this layout, and a gamma or a beta that is absent."""

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from .._group_norm.first import CHANNELS_FIRST, assemble_first
from .._group_norm.parts import Parts, in_another_layout
from .._group_norm.wrong import affine, spread
from .._group_norm.wrong.first import GROUPS, along_last, has_beta, has_gamma

_TEXTS = {
    "affine_missing": "The normalised values are right, and they are also the output: gamma and beta are accepted and "
    "change nothing. Which step of the formula comes after normalising?",
    "gamma_missing": "The normalised values are right and beta is added to them. gamma is accepted and then forgotten, "
    "which nobody notices while it is all ones. Which step of the formula comes before beta is added?",
    "beta_missing": "The normalised values are right and gamma scales them. beta is accepted and then forgotten, which "
    "nobody notices while it is all zeros. What should the output be where the normalised value is 0?",
    "affine_swapped": "The normalised values are right, but they are multiplied by beta, and gamma is added. Which of "
    "the two leaves the values as they are when it is 1, and which when it is 0?",
    "gamma_plus_one": "The normalised values are right, and so is beta. The scale is 1 + gamma, as in libraries that "
    "keep gamma centred at zero. Which gamma should leave the normalised values as they are here?",
    "sum_over_all_channels": "The variance is right, and it is the group's own values that are added up. But their sum "
    "is divided by the number of all values of a sample, so that the mean comes out too small by a factor of "
    "num_groups. How many values were added?",
    "first_group_for_all": "The first group is right, and only that one. The others are normalised with its mean and "
    "its variance. How many means does one sample have with num_groups groups, and does the array that holds yours "
    "keep all of them?",
}


def _idea(name: str, title: str, text: str, *also: Parts, **parts) -> Misconception:
    return Misconception(name=name, title=title, text=text, value=assemble_first(parts), parts=parts, also=also)


def _of_first_channels(n: np.ndarray, arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """Each group's channels with the gamma and beta of the group's first."""
    size = n.shape[-1] // arguments["num_groups"]
    gamma, beta = (np.repeat(arrays[name][::size], size) for name in ("gamma", "beta"))
    return gamma * n + beta


_FORMULA = in_another_layout(spread.FORMULA, CHANNELS_FIRST, assemble_first, _TEXTS)
_AFFINE = in_another_layout(affine.AFFINE, CHANNELS_FIRST, assemble_first, _TEXTS)

AFFINE = (
    *_AFFINE,
    _idea(
        "affine_along_last_axis",
        "gamma and beta lined up with the last axis",
        "The normalised values are right. But a vector lines up with the last axis by itself, and here the channels "
        "are in the second place: gamma and beta scale and shift the positions. Which shape must a vector have, to "
        "line up with the second of several axes?",
        affine=along_last,
    ),
    _idea(
        "affine_of_first_channels",
        "each group's first gamma and beta, used for all its channels",
        "The normalised values are right, and so is the first channel of every group. The group's other channels are "
        "scaled and shifted as that one is. Groups decide only which values share a mean and a variance; how many "
        "channels should each be able to scale by itself?",
        affine=_of_first_channels,
    ),
    _idea(
        "beta_needs_gamma",
        "a beta that is added only where gamma is given too",
        "With both parameters, with gamma alone and with none, all is right. A beta that comes without a gamma is "
        "ignored. Which of your lines decides whether beta is added, and which question does it ask?",
        affine=lambda n, a, _: a["gamma"] * n + (a["beta"] if has_gamma(a) else 0.0),
    ),
    _idea(
        "gamma_needs_beta",
        "a gamma that is applied only where beta is given too",
        "With both parameters, with beta alone and with none, all is right. A gamma that comes without a beta is "
        "ignored. Which of your lines decides whether gamma is applied, and which question does it ask?",
        affine=lambda n, a, _: (a["gamma"] if has_beta(a) else 1.0) * n + a["beta"],
    ),
    _idea(
        "both_or_none",
        "gamma and beta that are applied only where both are given",
        "With both parameters and with none, all is right. Either of them by itself is ignored. Which question does "
        "your code ask before it applies them, and of how many arguments?",
        affine=lambda n, a, _: a["gamma"] * n + a["beta"] if has_gamma(a) and has_beta(a) else n,
    ),
)

MISCONCEPTIONS = (*_FORMULA, *GROUPS, *AFFINE)
