"""Wrong ideas about statistics that are merged across devices: what is merged, how, and by what it is divided.

Parts of the formula as ``sharded`` sees them: axis 1 of the values tells pieces apart.
"""

import numpy as np

from grader.course import Misconception

from .._group_norm.parts import Axes, Parts, mean, var
from .._group_norm.wrong import gradient, samples
from ._reference import LAYOUT, adapted, alone, assemble, piece

ALL_DEVICES = 4  # that the course's machines have


def _idea(name: str, title: str, text: str, *also: Parts, **parts) -> Misconception:
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts, also=also)


def _own_mean(v: np.ndarray, axes: Axes) -> np.ndarray:
    return mean(v, alone(axes))


def _own_var(v: np.ndarray, axes: Axes) -> np.ndarray:
    return var(v, alone(axes))


def _own_squares(v: np.ndarray, axes: Axes) -> np.ndarray:
    """Of each piece by itself, around the mean of all."""
    return mean((v - mean(v, axes)) ** 2, alone(axes))


def _averaged(of_pieces: np.ndarray) -> np.ndarray:
    return mean(of_pieces, (1,))


def _added(of_pieces: np.ndarray) -> np.ndarray:
    return of_pieces.sum(axis=1, keepdims=True)


def _around(v: np.ndarray, axes: Axes, center: np.ndarray) -> np.ndarray:
    return mean((v - center) ** 2, axes)


def _four(v: np.ndarray, of_pieces: np.ndarray) -> np.ndarray:
    """Four pieces' average of however many there are."""
    return of_pieces * v.shape[1] / ALL_DEVICES


def _root(variance: np.ndarray, eps: float) -> np.ndarray:
    return np.sqrt(variance + eps)


MERGED = (
    _idea(
        "statistics_of_the_piece",
        "mean and variance of a device's own piece",
        "Every device normalises its own piece by itself, as if there were no other: with one device all is right. A "
        "sample's output then depends on where it happens to be cut. Which two numbers can a device not know without "
        "asking the others?",
        {
            "centre": lambda v, axes, _: v - _own_mean(v, axes),
            "below": lambda v, axes, eps: _averaged(_root(_own_var(v, axes), eps)),
        },
        centre=lambda v, axes, _: v - _own_mean(v, axes),
        below=lambda v, axes, eps: _root(_own_var(v, axes), eps),
    ),
    _idea(
        "mean_of_the_piece",
        "the mean of a device's own piece",
        "The variance is merged across devices, but each device takes the mean of its own piece from its values. A "
        "difference in brightness between the top of an image and its bottom is lost that way. Which mean does the "
        "formula take away?",
        {
            "centre": lambda v, axes, _: v - _own_mean(v, axes),
            "below": lambda v, axes, eps: _root(_averaged(_own_var(v, axes)), eps),
        },
        centre=lambda v, axes, _: v - _own_mean(v, axes),
    ),
    _idea(
        "variance_of_the_piece",
        "the variance of a device's own piece",
        "The mean is that of all pieces, but each device divides by the spread of its own piece alone. What is still "
        "to be asked of the others, once the differences from the mean are squared?",
        {"below": lambda v, axes, eps: _root(_own_squares(v, axes), eps)},
        below=lambda v, axes, eps: _root(_own_var(v, axes), eps),
    ),
    _idea(
        "spread_between_pieces_lost",
        "the average of the pieces' variances, each around its own mean",
        "The mean is right. The variances of the pieces are averaged, as the means were; but each piece measured its "
        "spread around its own mean, and how far those means lie apart is in none of them. Two pieces, one all 0 and "
        "one all 10, have variance 0 each: what is the variance of both together?",
        below=lambda v, axes, eps: _root(_averaged(_own_var(v, axes)), eps),
    ),
    _idea(
        "deviations_averaged",
        "the average of the pieces' standard deviations",
        "The mean is right. What is averaged over the devices are standard deviations, and not variances: roots do "
        "not add up as squares do. When should the root be taken, before the devices exchange anything or after?",
        {"below": lambda v, axes, eps: _averaged(_root(_own_squares(v, axes), eps))},
        {"below": lambda v, axes, eps: np.sqrt(_averaged(np.sqrt(_own_var(v, axes))) ** 2 + eps)},
        below=lambda v, axes, eps: _averaged(_root(_own_var(v, axes), eps)),
    ),
    _idea(
        "means_added_up",
        "the pieces' means added up, and not averaged",
        "What you take from the values is the sum of the pieces' means, or, the same, the sum of all values over "
        "the number of them in one piece: with 4 devices, four times the mean. With one device all is right. What is "
        "the mean of 4 pieces that have a mean of 10 each?",
        {
            "centre": lambda v, axes, _: v - _added(_own_mean(v, axes)),
            "below": lambda v, axes, eps: _root(_around(v, axes, _added(_own_mean(v, axes))), eps),
        },
        {
            "centre": lambda v, axes, _: v - _added(_own_mean(v, axes)),
            "below": lambda v, axes, eps: _root(_averaged(_own_var(v, axes)), eps),
        },
        centre=lambda v, axes, _: v - _added(_own_mean(v, axes)),
    ),
    _idea(
        "variances_added_up",
        "the pieces' variances added up, and not averaged",
        "The mean is right. The average squares of the pieces are added up over the devices: with 4 of them, the "
        "variance is four times too large. With one device all is right. By what is a sum over all devices still to "
        "be divided?",
        {"below": lambda v, axes, eps: _root(_added(_own_var(v, axes)), eps)},
        below=lambda v, axes, eps: _root(_added(_own_squares(v, axes)), eps),
    ),
    _idea(
        "divided_by_the_piece",
        "sums of all devices, divided as if there were one",
        "Mean and variance are as many times too large as there are devices: sums over all of them are divided by the "
        "number of values of one piece or, which is the same, the pieces' means are added up and not averaged. With "
        "one device all is right. How many values went into a sum over 4 devices that hold 6 each?",
        {
            "centre": lambda v, axes, _: v - _added(_own_mean(v, axes)),
            "below": lambda v, axes, eps: _root(_added(_own_squares(v, axes)), eps),
        },
        centre=lambda v, axes, _: v - _added(_own_mean(v, axes)),
        below=lambda v, axes, eps: _root(v.shape[1] * _around(v, axes, _added(_own_mean(v, axes))), eps),
    ),
    _idea(
        "four_devices_assumed",
        "a division by 4, or by the number of all devices, whatever x is cut over",
        "With 4 devices all is right. With fewer, sums over them are still divided by 4: a number that your code has "
        "by heart, or that of all devices there are, `jax.device_count()`. x may be cut over some of them only, and "
        "others may hold other samples. How can a device learn how many take part in a sum along an axis?",
        {"below": lambda v, axes, eps: _root(_four(v, var(v, axes)), eps)},
        {"centre": lambda v, axes, _: v - _four(v, mean(v, axes))},
        {
            "centre": lambda v, axes, _: v - _four(v, mean(v, axes)),
            "below": lambda v, axes, eps: _root(_four(v, var(v, axes)), eps),
        },
        centre=lambda v, axes, _: v - _four(v, mean(v, axes)),
        below=lambda v, axes, eps: _root(_four(v, _around(v, axes, _four(v, mean(v, axes)))), eps),
    ),
    _idea(
        "first_piece_for_all",
        "the first piece's statistics for all pieces",
        "All devices use the same mean and variance, but those are of one piece, and not of all of them. What becomes "
        "of the numbers that the other devices sent?",
        {"below": lambda v, axes, eps: _root(_own_var(v, axes)[:, :1], eps)},
        centre=lambda v, axes, _: v - _own_mean(v, axes)[:, :1],
        below=lambda v, axes, eps: _root(_own_var(v, axes)[:, :1], eps),
    ),
    Misconception(
        name="pieces_sent",
        title="whole pieces sent from device to device",
        text="The output is right. But to compute it, every device is sent the pieces of all others, so that each "
        "holds all of x, which is what cutting x was to avoid; and what is sent grows with the number of positions. "
        "Which numbers of a piece would be enough for the others?",
        sent=piece,
    ),
)

MISCONCEPTIONS = (
    *MERGED,
    *adapted((*samples.PER_SAMPLE, samples.AS_CHANNELS_FIRST)),
    *LAYOUT.adapted(gradient.GRADIENT),
)
