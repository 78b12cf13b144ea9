"""Wrong ideas about the way back through group normalization, written out by hand."""

from collections.abc import Callable

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from .._group_norm.wrong import affine, groups, spread
from ._reference import BETA, GAMMA, Back, back, needed, of_parameter

Gradient = Callable[[Arrays, Arguments], np.ndarray]


def _of_x(name: str, title: str, text: str, gradient: Callable[[Back], np.ndarray]) -> Misconception:
    """A wrong gradient with respect to x alone."""

    def flat(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        return gradient(back(arrays, arguments)).reshape(arrays["x"].shape)

    return Misconception(name=name, title=title, text=text, gradient=flat)


def _of_parameters(name: str, title: str, text: str, **gradients: Gradient) -> Misconception:
    return Misconception(name=name, title=title, text=text, gradients=gradients)


def _mean(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=-1, keepdims=True)


def _sum(values: np.ndarray) -> np.ndarray:
    return values.sum(axis=-1, keepdims=True)


def _less_one(values: np.ndarray) -> np.ndarray:
    return _sum(values) / (values.shape[-1] - 1)


def _of_all(values: np.ndarray) -> np.ndarray:
    return values.mean(axis=(-2, -1), keepdims=True)


def _whole(b: Back, mean: Callable[[np.ndarray], np.ndarray] = _mean, u: np.ndarray | None = None) -> np.ndarray:
    """The closed form, with means taken in another way, or of something else."""
    u = b.weights if u is None else u
    return b.inverse_std * (u - mean(u) - b.normalized * mean(u * b.normalized))


OF_X = (
    _of_x(
        "statistics_as_constants",
        "a way back on which mean and variance are constants",
        "The gradients with respect to gamma and beta are right. That with respect to x is only what reaches it "
        "directly: but moving one value of a group moves its mean and its variance, and through them every other "
        "output of the group. Which two terms does that add?",
        lambda b: b.inverse_std * b.weights,
    ),
    _of_x(
        "mean_as_constant",
        "a way back on which the mean is a constant",
        "The term through the variance is there. But moving one value of a group moves the mean too, and with it every "
        "other output of the group, all by the same amount. What should all elements of a group's gradient add up to?",
        lambda b: b.inverse_std * (b.weights - b.normalized * _mean(b.weights * b.normalized)),
    ),
    _of_x(
        "variance_as_constant",
        "a way back on which the variance is a constant",
        "The term through the mean is there. But moving one value away from the mean widens the group's spread, and so "
        "pulls its other outputs towards the mean. How does the inverse standard deviation depend on one value of x?",
        lambda b: b.inverse_std * (b.weights - _mean(b.weights)),
    ),
    _of_x(
        "inverse_std_missing_back",
        "a way back without the inverse standard deviation",
        "All three terms are there. But x was divided by the standard deviation on the way there, and its gradient is "
        "not. If x is measured in other units, twice as large, what must happen to its gradient?",
        lambda b: _whole(b) / b.inverse_std,
    ),
    _of_x(
        "inverse_std_twice_back",
        "the inverse standard deviation taken twice on the way back",
        "All three terms are there, and all are too small or too large by the same factor, a group at a time. If x is "
        "measured in other units, twice as large, what must happen to its gradient?",
        lambda b: _whole(b) * b.inverse_std,
    ),
    _of_x(
        "std_for_its_inverse_back",
        "multiplication by the standard deviation on the way back",
        "All three terms are there. But they are multiplied by the standard deviation, where the way there has divided "
        "by it. If x is measured in other units, twice as large, what must happen to its gradient?",
        lambda b: _whole(b) / b.inverse_std**2,
    ),
    _of_x(
        "inverse_std_of_first_terms",
        "the inverse standard deviation left out of the term through the variance",
        "All three terms are there, and the first two have their factor. The one through the variance has lost its "
        "own. In which units, those of x or their inverse, is each of the terms?",
        lambda b: b.inverse_std * (b.weights - _mean(b.weights)) - b.normalized * _mean(b.weights * b.normalized),
    ),
    _of_x(
        "centred_for_normalised",
        "x - mean for the normalised values in the term through the variance",
        "The first two terms are right. The one through the variance has x - mean where the normalised values belong, "
        "so that it is off by the variance. If x is measured in other units, does each of your terms change alike?",
        lambda b: b.inverse_std * (b.weights - _mean(b.weights) - (b.x - b.mean) * _mean(b.weights * (b.x - b.mean))),
    ),
    _of_x(
        "variance_term_added",
        "the term through the variance with the wrong sign",
        "All three terms have the right size. The one through the variance is added. If a value moves away from the "
        "mean, the spread grows: do the group's outputs grow or shrink by that?",
        lambda b: b.inverse_std * (b.weights - _mean(b.weights) + b.normalized * _mean(b.weights * b.normalized)),
    ),
    _of_x(
        "gamma_missing_back",
        "gamma forgotten on the way back to x",
        "All three terms are there, of the cotangent as it comes. But what comes is the gradient with respect to the "
        "output, and gamma stands between that and the normalised values. What is the gradient with respect to these?",
        lambda b: _whole(b, u=b.cotangent),
    ),
    _of_x(
        "gamma_behind_the_means",
        "gamma applied after the means instead of before",
        "All three terms are there, and gamma too. But the means are of the cotangent alone, and gamma multiplies what "
        "is left in the end. On the way there gamma came last: where does it come on the way back?",
        lambda b: b.gamma * _whole(b, u=b.cotangent),
    ),
    _of_x(
        "divided_by_one_less_back",
        "means that divide by one less than the number of channels",
        "All three terms are there. But their sums are divided by D - 1, as for a variance that is estimated from a "
        "sample. The mean of the way there divides by D: by what does its derivative divide?",
        lambda b: _whole(b, _less_one),
    ),
    _of_x(
        "sums_for_means_back",
        "sums on the way back that are never divided",
        "All three terms are there, and the last two are too large by the number of channels of a group. How much does "
        "the mean of D values move when one of them moves by 1?",
        lambda b: _whole(b, _sum),
    ),
    _of_x(
        "means_of_all_channels_back",
        "means on the way back over all channels instead of a group's",
        "All three terms are there. But the two means run over all groups of a position. Which outputs does a value of "
        "x have an influence on?",
        lambda b: _whole(b, _of_all),
    ),
)

OF_PARAMETERS = (
    _of_parameters(
        "gamma_gradient_of_x",
        "the gradient of gamma taken with x itself",
        "It is summed over the positions, as it should be. But what is multiplied by the cotangent is x, and gamma "
        "multiplied something else on the way there. What was it?",
        gamma=of_parameter(lambda b: b.cotangent * b.x),
    ),
    _of_parameters(
        "gamma_gradient_of_centred",
        "the gradient of gamma taken with x - mean",
        "It is summed over the positions, as it should be. But x - mean is not yet what gamma multiplied on the way "
        "there. Which step stands between?",
        gamma=of_parameter(lambda b: b.cotangent * (b.x - b.mean)),
    ),
    _of_parameters(
        "gamma_gradient_with_gamma",
        "the gradient of gamma multiplied by gamma",
        "The cotangent times gamma is what goes on to x. It has been taken for gamma's own gradient too. How much does "
        "the output move when gamma moves by 1, and does that depend on what gamma is?",
        gamma=of_parameter(lambda b: b.weights * b.normalized),
    ),
    _of_parameters(
        "beta_gradient_with_gamma",
        "the gradient of beta multiplied by gamma",
        "The cotangent times gamma is what goes on to x. It has been taken for beta's own gradient too. How much does "
        "the output move when beta moves by 1?",
        beta=of_parameter(lambda b: b.weights),
    ),
    _of_parameters(
        "beta_gradient_of_normalised",
        "the gradient of beta taken with the normalised values",
        "It is summed over the positions, as it should be. But the normalised values are in it, and beta was added to "
        "them, not multiplied by them. How much does the output move when beta moves by 1?",
        beta=GAMMA,
    ),
    _of_parameters(
        "parameter_gradients_exchanged",
        "the gradients of gamma and beta exchanged",
        "Both are computed as they should be, and each is returned in the other's place. In which order must the way "
        "back return what it has computed?",
        gamma=BETA,
        beta=GAMMA,
    ),
    _of_parameters(
        "parameter_gradients_averaged",
        "the gradients of gamma and beta averaged over the positions",
        "The right values are taken together. But gamma and beta act at every position, and the influences of all of "
        "them add up. By what has your result been divided?",
        gamma=of_parameter(lambda b: b.cotangent * b.normalized, np.mean),
        beta=of_parameter(lambda b: b.cotangent, np.mean),
    ),
    _of_parameters(
        "parameter_gradients_missing",
        "no gradient for gamma and beta",
        "The gradient with respect to x is right. Those with respect to gamma and beta are 0 everywhere, so that they "
        "would never be trained. What does your way back return in their places?",
        gamma=of_parameter(lambda b: 0 * b.cotangent),
        beta=of_parameter(lambda b: 0 * b.cotangent),
    ),
)

RESIDUALS = (
    Misconception(
        name="normalised_values_kept_too",
        title="more kept for the way back than is needed",
        text="All values and gradients are right. But beside x there is another array of its size that is kept from "
        "the way there to the way back. It can be computed again from x and two numbers a group, for little. Which of "
        "the things that you return beside the output is it?",
        residuals=lambda arrays, arguments: needed(arrays, arguments) + arrays["x"].size * 7 // 8,
    ),
    Misconception(
        name="everything_kept",
        title="a way back left to JAX",
        text="The values are right, and the gradients are JAX's own. But several arrays of the size of x "
        "are kept from the way there to the way back: JAX keeps what each step of yours may need again. Which three or "
        "four things would you keep, if you wrote the way back yourself?",
        residuals=lambda arrays, arguments: needed(arrays, arguments) + arrays["x"].size * 5 // 4,
    ),
)

# What the values alone show, of a function that is given gamma and beta.
VALUES = (
    *spread.FORMULA,
    *(*groups.ONE_POSITION, *groups.SEVERAL_POSITIONS, *affine.AFFINE),
)
MISCONCEPTIONS = (*VALUES, *OF_X, *OF_PARAMETERS, *RESIDUALS)
