"""Group normalization per sample, on x of shape ``(N, C, *spatial)``: the judge's float64 reference.

With channels first, the values of a group lie side by side: a sample is one vector of C times as many values as there
are positions. So all of it follows from group normalization per position, with each channel's gamma and beta repeated
for its positions.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from exercises._shared import group_norm
from exercises._shared.group_norm_parts import LAST, RIGHT, Parts, assemble
from exercises.spec import Arguments, Arrays

ALONG = {"gamma", "beta"}
CHANNELS_FIRST: Parts = {**RIGHT, "split": lambda x, num_groups: (x.reshape(x.shape[0], num_groups, -1), LAST)}

assemble_first: Callable[[Parts], Callable[[Arrays, Arguments], np.ndarray]] = partial(
    assemble, right=CHANNELS_FIRST, channel_axis=1
)


def flat(arrays: Arrays) -> Arrays:
    """The same as one position a sample."""
    x = arrays["x"]
    positions = int(np.prod(x.shape[2:]))
    repeated = {name: np.repeat(array, positions) for name, array in arrays.items() if name in ALONG}
    return {**arrays, **repeated, "x": x.reshape(x.shape[0], -1)}


def parameters(arrays: Arrays, arguments: Arguments) -> dict[str, np.ndarray]:  # noqa: ARG001 - the field's signature
    """What is not given changes nothing: ones and zeros, one of each a channel."""
    channels = arrays["x"].shape[1]
    return {"gamma": np.ones(channels), "beta": np.zeros(channels)}


def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """``gamma * (x - mean) / sqrt(var + eps) + beta``, statistics over a group's channels and all positions."""
    return group_norm.value(flat(arrays), arguments).reshape(arrays["x"].shape)


def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``value`` moves when all inputs move by one unit in the last place."""
    return group_norm.moved(flat(arrays), arguments, epsilon).reshape(arrays["x"].shape)


def sharing(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The number of its group, counted over all samples, for each element."""
    return group_norm.sharing(flat(arrays), arguments).reshape(arrays["x"].shape)


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formula's values in order; those of the input's size in the input's shape."""
    shape = arrays["x"].shape
    found = group_norm.landmarks(flat(arrays), arguments)
    size = int(np.prod(shape))
    all_found = (*found, *(("", arrays[name]) for name in sorted(ALONG)))
    # What is not given is no value that anybody computes: whatever is 0, or 1, would be taken for it.
    told = [(name, v) for name, v in all_found if name or v.size == 1 or np.ptp(v)]
    return tuple((name, v.reshape(shape) if v.size == size else v) for name, v in told)


REFERENCE = replace(
    group_norm.REFERENCE,
    value=value,
    moved=moved,
    parameters=parameters,
    sharing=sharing,
    landmarks=landmarks,
    gradient=None,
    gradient_moved=None,
)
