"""Wrong ideas about a module of Flax NNX: what its parameters are, and when they are made."""

from dataclasses import replace

import numpy as np

from grader.course import Arguments, Arrays, Misconception

from .._group_norm.layouts import Layout
from .._group_norm.wrong import affine, gradient, samples

LAYOUT = Layout()


def _instead(name: str, title: str, text: str, kind: str) -> Misconception:
    """Something else in place of parameters, under their names; the kinds are the grader's."""

    def made(arrays: Arrays, arguments: Arguments) -> dict[str, np.ndarray]:
        channels = arrays["x"].shape[-1]
        return {f"{kind}/gamma": np.ones(channels), f"{kind}/beta": np.zeros(channels)}

    return Misconception(name=name, title=title, text=text, parameters=made)


KINDS = (
    _instead(
        "parameters_in_call",
        "parameters made by the first call",
        "In Linen, parameters are made in the call: the module is a description, and learns its shapes from x. "
        "An NNX module is the thing itself: whoever counts its parameters, gives them to an optimizer or loads them "
        "from a file does so before any call, and finds none. Worse, each call makes them anew. When is everything "
        "known that the shapes of gamma and beta depend on?",
        "late",
    ),
    _instead(
        "parameters_as_arrays",
        "plain arrays for parameters",
        "gamma and beta are there, with the right shapes and first values. But they are plain arrays: "
        "`nnx.state(module, nnx.Param)`, which asks for what is to be trained, does not find them, and an optimizer "
        "would leave them as they are. How does NNX know of an attribute that it is to be trained?",
        "array",
    ),
    _instead(
        "variables_of_another_type",
        "variables that are no parameters",
        "gamma and beta are variables of NNX, with the right shapes and first values. But their type says what a "
        "variable is for: a plain `nnx.Variable`, an `nnx.BatchStat` or an `nnx.Cache` is kept and not trained, and an "
        "optimizer asks for one type alone. Which type is it?",
        "variable",
    ),
)

_SAID_FOR_LINEN = {
    "parameters_missing": "The module makes no parameters at all, so that there is nothing to train, and what it "
    "returns are the normalised values. Which two parameters does the statement ask for, and what must an attribute "
    "of an NNX module be to count as one?",
}

PARAMETERS = tuple(
    replace(idea, text=_SAID_FOR_LINEN.get(idea.name, idea.text))
    for idea in (*affine.PARAMETERS, affine.PARAMETERS_OF_INPUT_SHAPE)
)

MISCONCEPTIONS = LAYOUT.adapted(
    (*samples.PER_SAMPLE, *PARAMETERS, *KINDS, samples.AS_CHANNELS_FIRST, *gradient.GRADIENT)
)
