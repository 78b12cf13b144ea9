"""Wrong ideas about gamma and beta: how they are applied, and which parameters are made."""

from collections.abc import Callable

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from ..parts import RIGHT, assemble

Made = dict[str, np.ndarray]


def _idea(name: str, title: str, text: str, **parts) -> Misconception:
    return Misconception(name=name, title=title, text=text, value=assemble(parts), parts=parts)


def _made(name: str, title: str, text: str, parameters: Callable[[Arrays, Arguments], Made]) -> Misconception:
    return Misconception(name=name, title=title, text=text, parameters=parameters)


def _named(gamma: str, beta: str) -> Callable[[Arrays, Arguments], Made]:
    """Right parameters under other names."""
    return lambda arrays, _: {gamma: np.ones(_channels(arrays)), beta: np.zeros(_channels(arrays))}


def _shaped(shape: Callable[[Arrays, Arguments], tuple[int, ...]]) -> Callable[[Arrays, Arguments], Made]:
    """Parameters of another shape."""
    return lambda arrays, k: {"gamma": np.ones(shape(arrays, k)), "beta": np.zeros(shape(arrays, k))}


def _starting(gamma: float, beta: float) -> Callable[[Arrays, Arguments], Made]:
    """Right parameters with other values at first."""
    return lambda arrays, _: {"gamma": np.full(_channels(arrays), gamma), "beta": np.full(_channels(arrays), beta)}


def _channels(arrays: Arrays) -> int:
    return arrays["x"].shape[-1]


def _of_first_group(parameter: np.ndarray, num_groups: int) -> np.ndarray:
    return np.tile(parameter[: parameter.size // num_groups], num_groups)


def _one_each(parameter: np.ndarray, num_groups: int) -> np.ndarray:
    return np.repeat(parameter[:num_groups], parameter.size // num_groups)


AFFINE = (
    _idea(
        "affine_missing",
        "gamma and beta never applied",
        "The normalised values are right, and they are also the output: the parameters exist but change nothing. "
        "Which step of the formula comes after normalising?",
        affine=lambda n, *_: n,
    ),
    _idea(
        "gamma_missing",
        "gamma never applied",
        "The normalised values are right and beta is added to them. gamma is made and then forgotten, which nobody "
        "notices while it is all ones. What would your layer learn if gamma were trained?",
        affine=lambda n, a, _: n + a["beta"],
    ),
    _idea(
        "beta_missing",
        "beta never applied",
        "The normalised values are right and gamma scales them. beta is made and then forgotten, which nobody notices "
        "while it is all zeros. What should the output be where the normalised value is 0?",
        affine=lambda n, a, _: a["gamma"] * n,
    ),
    _idea(
        "affine_swapped",
        "gamma and beta exchanged",
        "The normalised values are right, but they are multiplied by beta, and gamma is added. At initialisation, what "
        "are the two parameters, and which of them must then leave the values as they are when it multiplies?",
        affine=lambda n, a, _: a["beta"] * n + a["gamma"],
    ),
    _idea(
        "beta_inside",
        "beta added before gamma multiplies",
        "Both parameters are applied to the right values. But the output is gamma times the sum of the normalised "
        "values and beta, so that gamma scales beta as well. What should the output be where the normalised value is "
        "0?",
        affine=lambda n, a, _: a["gamma"] * (n + a["beta"]),
    ),
    _idea(
        "beta_subtracted",
        "beta taken away instead of added",
        "The normalised values are right, and gamma is applied as it should be. beta has the wrong sign. What should "
        "the output be where the normalised value is 0?",
        affine=lambda n, a, _: a["gamma"] * n - a["beta"],
    ),
    _idea(
        "gamma_divides",
        "division by gamma",
        "The normalised values are right, and so is beta. gamma divides where it should scale: twice the gamma gives "
        "half the spread. Which standard deviation should a channel with gamma = 2 have in your output?",
        affine=lambda n, a, _: n / a["gamma"] + a["beta"],
    ),
    _idea(
        "gamma_plus_one",
        "one added to gamma before it multiplies",
        "The normalised values are right, and so is beta. The scale is 1 + gamma, as in libraries that keep gamma "
        "centred at zero and start it there. With which values does gamma start here, and what must it then be "
        "multiplied as?",
        affine=lambda n, a, _: (1 + a["gamma"]) * n + a["beta"],
    ),
    _idea(
        "affine_first",
        "gamma and beta applied before the normalization",
        "All the pieces are there. But the input is scaled and shifted first and normalised after, which takes much of "
        "the scale and shift away again. What are gamma and beta there to give back to the normalised values?",
        input=lambda a: a["gamma"] * a["x"] + a["beta"],
        affine=lambda n, *_: n,
    ),
    _idea(
        "affine_twice",
        "gamma and beta applied twice",
        "The input is scaled and shifted before the normalization, and the normalised values are scaled and shifted "
        "again. The second time is right. What is gained by the first, if the normalization takes scale and shift "
        "away?",
        input=lambda a: a["gamma"] * a["x"] + a["beta"],
    ),
    _idea(
        "affine_of_first_group",
        "gamma and beta of the first group, used for all groups",
        "The normalised values are right, and so is the first group of your output. The other groups are scaled and "
        "shifted by the first group's gamma and beta. How many channels are there, and does each have a gamma of its "
        "own in your code?",
        affine=lambda n, a, k: RIGHT["affine"](
            n, {name: _of_first_group(a[name], k["num_groups"]) for name in ("gamma", "beta")}, k
        ),
    ),
    _idea(
        "affine_per_group",
        "one gamma and one beta used for all channels of a group",
        "The normalised values are right. But all channels of a group are scaled and shifted alike. Groups decide only "
        "which values share a mean and a variance; how many channels should each be able to scale by itself?",
        affine=lambda n, a, k: RIGHT["affine"](
            n, {name: _one_each(a[name], k["num_groups"]) for name in ("gamma", "beta")}, k
        ),
    ),
)

PARAMETERS = (
    _made(
        "parameters_per_group",
        "one gamma and one beta a group",
        "Names and first values are right, but the parameters have one element for each group. Groups decide only "
        "which values share a mean and a variance; how many channels should each be able to scale by itself?",
        _shaped(lambda _, k: (k["num_groups"],)),
    ),
    _made(
        "parameters_of_group_size",
        "parameters with as many elements as a group has channels",
        "Names and first values are right, but all groups have to share the same few parameters. How many channels "
        "should each be able to scale by itself?",
        _shaped(lambda a, k: (_channels(a) // k["num_groups"],)),
    ),
    _made(
        "parameters_scalar",
        "a single gamma and a single beta",
        "Names and first values are right, but one number scales all channels alike. What could a network learn with "
        "one scale a channel that it cannot learn with one for all?",
        _shaped(lambda *_: ()),
    ),
    _made(
        "parameters_extra_axes",
        "parameters with axes of length one",
        "Names, first values and the number of elements are right. The extra axes, as in (1, C) or (1, C, 1, 1), are "
        "there to line up with an input; but with the channels last, a plain vector lines up by itself. Which shape "
        "does the statement ask for?",
        _shaped(lambda a, _: (1, _channels(a))),
    ),
    Misconception(
        name="parameters_missing",
        title="a module without gamma and beta",
        text="The module makes no parameters at all, so that there is nothing to train, and what it returns are the "
        "normalised values. Which two parameters does the statement ask for, and with which method of a Flax module "
        "are they made?",
        value=assemble({"affine": lambda n, *_: n}),
        parts={"affine": lambda n, *_: n},
        parameters=lambda *_: {},
    ),
    _made(
        "parameters_of_flax",
        "the parameter names of flax.linen, scale and bias",
        "Shapes and first values are right; the parameters are called as in flax.linen.GroupNorm. What does the "
        "statement call them?",
        _named("scale", "bias"),
    ),
    _made(
        "parameters_of_torch",
        "the parameter names of PyTorch, weight and bias",
        "Shapes and first values are right; the parameters are called as in torch.nn.GroupNorm. What does the "
        "statement call them?",
        _named("weight", "bias"),
    ),
    _made(
        "parameters_of_haiku",
        "the parameter names of Haiku, scale and offset",
        "Shapes and first values are right; the parameters are called as in haiku.GroupNorm. What does the statement "
        "call them?",
        _named("scale", "offset"),
    ),
    _made(
        "gamma_zero",
        "gamma initialised to zeros",
        "Names and shapes are right. But gamma begins at zero, so that a new layer returns beta whatever comes in. "
        "Which initial values make a new layer's affine step change nothing?",
        _starting(0.0, 0.0),
    ),
    _made(
        "beta_one",
        "beta initialised to ones",
        "Names and shapes are right, and so is gamma. But beta begins at one, so that a new layer shifts all it "
        "normalises. Which initial values make a new layer's affine step change nothing?",
        _starting(1.0, 1.0),
    ),
    _made(
        "initial_values_exchanged",
        "the first values of gamma and beta exchanged",
        "Names and shapes are right. But gamma begins at zero and beta at one, so that a new layer returns one "
        "whatever comes in. Which initial values make a new layer's affine step change nothing?",
        _starting(0.0, 1.0),
    ),
)

PARAMETERS_OF_INPUT_SHAPE = _made(
    "parameters_of_input_shape",
    "a gamma and a beta for every element of the input",
    "Names and first values are right, but the parameters have the shape of the whole input, so that a trained layer "
    "would fit no other number of positions. What does a channel's gamma have to do with where in the batch a value "
    "stands?",
    _shaped(lambda a, _: a["x"].shape),
)
