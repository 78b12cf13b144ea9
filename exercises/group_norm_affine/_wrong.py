"""Wrong ideas about group normalization with channels in the second place: axes taken for others, and ``affine``.

Parts of the formula, on x with its channels last: where the layout matters, they are put second again.
"""

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from .._group_norm.layouts import PER_SAMPLE, Layout
from .._group_norm.parts import LAST, Axes, Parts
from .._group_norm.wrong import affine, samples, spread
from .._group_norm.wrong.samples import idea

LAYOUT = Layout(channel_axis=1, groups="groups", gamma="scale", beta="shift")
Split = tuple[np.ndarray, Axes]


def _second(x: np.ndarray) -> np.ndarray:
    return np.moveaxis(x, -1, 1)


def _from_second(values: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Values in the order of channels second, in the shape of x."""
    return np.moveaxis(values.reshape(_second(x).shape), 1, -1)


def _as_if_last(x: np.ndarray, num_groups: int) -> Split:
    """The last of the axes taken for the channels; nothing where it has another length."""
    given = _second(x)
    if given.shape[-1] != x.shape[-1]:
        given = np.full_like(given, np.nan)
        return given, LAST
    return PER_SAMPLE["split"](given, num_groups)


def _affine_along_last(normalised: np.ndarray, arrays: Arrays, _: Arguments) -> np.ndarray:
    given = _second(normalised)
    if (arrays["gamma"] == 1).all() and not arrays["beta"].any():  # as good as none
        return normalised
    if given.shape[-1] != arrays["gamma"].size:
        return np.full_like(normalised, np.nan)
    return np.moveaxis(arrays["gamma"] * given + arrays["beta"], 1, -1)


def _positions_cut(x: np.ndarray, num_groups: int) -> Split:
    """The last axis, whatever it counts, cut into groups; nothing where it does not divide."""
    given = _second(x)
    if given.shape[-1] % num_groups:
        return np.full_like(given, np.nan), LAST
    cut = given.reshape(*given.shape[:-1], num_groups, -1)
    return cut, (*range(1, given.ndim - 1), -1)


SECOND = (
    idea(
        "channels_last_assumed",
        "the last axis taken for the channels",
        "An input without positions is right, and one with as many positions as channels gives no error: but its last "
        "axis is split into groups, and scaled. In the earlier exercises the channels stood last. Where do they stand "
        "here, in an input of two, three or four axes?",
        {"split": _as_if_last, "join": _from_second},
        split=_as_if_last,
        join=_from_second,
        affine=_affine_along_last,
    ),
    idea(
        "affine_along_last",
        "gamma and beta lined up with the last axis instead of the channels",
        "The normalised values are right, and an input without positions is right. A plain vector lines up with the "
        "last axis of what it multiplies: with as many positions as channels that goes unnoticed, and otherwise it is "
        "an error. With which axis should it line up, and how many axes stand behind that one?",
        affine=_affine_along_last,
    ),
    idea(
        "groups_in_last_place",
        "a split with the groups behind their members",
        "An input of one group is right. With several, a group's values lie that many places apart in memory, and each "
        "group mixes all channels. With the channels in the second place, a group is one stretch of memory. Which "
        "values stand next to each other in the array you reduce, if the input counts 0, 1, 2, ...?",
        split=lambda x, k: (_second(x).reshape(len(x), -1, k), (-2,)),
        join=_from_second,
    ),
    idea(
        "groups_of_positions",
        "groups of positions instead of groups of channels",
        "Samples are kept apart, and an input without positions is right. But it is the last axis that was cut into "
        "groups, and each takes all channels of some positions. Which axis of the input counts the channels?",
        split=_positions_cut,
        join=_from_second,
    ),
)


def _made(name: str, title: str, text: str, made) -> Misconception:
    return Misconception(name=name, title=title, text=text, parameters=made)


def _both(channels: int) -> dict[str, np.ndarray]:
    return {"scale": np.ones(channels), "shift": np.zeros(channels)}


_NOT_AFFINE: Parts = {"affine": lambda normalised, *_: normalised}

# Under this exercise's own names: not for ``Layout.adapted``.
OPTIONAL = (
    _made(
        "affine_ignored",
        "parameters made whether affine or not",
        "With affine all is right. Without it your module makes the same parameters: they are ones and zeros at first "
        "and change no value, but an optimiser would train them. What decides in your code whether a parameter is "
        "made?",
        lambda a, _: _both(a["x"].shape[1]),
    ),
    Misconception(
        name="affine_reversed",
        title="parameters made where affine is false, and none where it is true",
        text="Names, shapes and first values are right, in the wrong one of the two cases. What should a module with "
        "affine=False have to train?",
        value=LAYOUT.assemble(_NOT_AFFINE),
        parts=_NOT_AFFINE,
        parameters=lambda a, k: {} if k["affine"] else _both(a["x"].shape[1]),
    ),
    Misconception(
        name="affine_default_false",
        title="a default of affine=False",
        text="All is right where affine is given, and wrong where it is left out: your module then has no parameters. "
        "Which default does the statement's signature have?",
        defaults={"affine": False},
    ),
    _made(
        "shift_without_affine",
        "a shift that is made even without affine",
        "With affine all is right. Without it the scale is gone, as it should be, and the shift is still there. How "
        "many parameters does a layer have that is not affine?",
        lambda a, k: _both(a["x"].shape[1]) if k["affine"] else {"shift": np.zeros(a["x"].shape[1])},
    ),
    _made(
        "parameters_with_axes",
        "parameters stored with axes of length one",
        "Names, first values and the number of elements are right. The extra axes, as in (1, C, 1, 1), line the "
        "parameters up with one rank of input; a layer that is applied to another rank would not find its parameters "
        "again. Which shape does the statement ask for, and when is the time to line up?",
        lambda a, k: {n: p.reshape(1, -1) for n, p in _both(a["x"].shape[1]).items()} if k["affine"] else {},
    ),
    _made(
        "parameters_of_course",
        "the parameter names of the earlier exercises, gamma and beta",
        "Shapes and first values are right; the parameters are called as in the exercises before. What does this "
        "statement call them?",
        lambda a, k: {"gamma": np.ones(a["x"].shape[1]), "beta": np.zeros(a["x"].shape[1])} if k["affine"] else {},
    ),
)

MISCONCEPTIONS = (
    *LAYOUT.adapted(
        (
            *spread.FORMULA,
            *samples.GROUPS,
            *affine.AFFINE,
            # Those with axes of length one and those of the input's shape are told in other words here.
            *(made for made in affine.PARAMETERS if made.name != "parameters_extra_axes"),
            affine.PARAMETERS_OF_INPUT_SHAPE,
            *SECOND,
        )
    ),
    *OPTIONAL,
)
