"""``group_norm`` as a function, channels first, with optional gamma and beta."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Raises, RightVariant, Value

from .._group_norm import first
from .._group_norm.forbidden import FORBIDDEN
from .._group_norm.right.first import NORMALIZE
from ._wrong import MISCONCEPTIONS

# The last axis is as long as there are channels in ROWS and in SEQUENCES, so that what is lined up with it runs.
ROWS, SEQUENCES, IMAGES, VOLUMES = (3, 12), (2, 12, 12), (2, 12, 3, 6), (2, 8, 2, 3, 2)
GAMMA, BETA = ({name: Draw(shape=(12,), mean=mean, std=0.5)} for name, mean in (("gamma", 1.0), ("beta", 0.0)))
BOTH = {**GAMMA, **BETA}
BOTH_8 = {"gamma": Draw(shape=(8,), mean=1.0, std=0.5), "beta": Draw(shape=(8,))}


def _case(name: str, x: Draw, num_groups: int, eps: float | None, given: dict[str, Draw], points: float = 1) -> Case:
    return Case(
        name=name,
        check=Value(),
        arguments={"num_groups": num_groups, **({} if eps is None else {"eps": eps})},
        x=x,
        parameters=given,
        points=points,
    )


CASES = (
    Case(
        name="worked example",
        check=Value(),
        arguments={"num_groups": 2, "eps": 1e-5},
        x=Fixed(values=(1, 3, 5, 7, 10, 10, 10, 14), shape=(1, 4, 2)),
    ),
    _case("images, gamma and beta", Draw(shape=IMAGES, mean=0.5), 3, 1e-5, BOTH, points=2),
    _case("gamma alone", Draw(shape=SEQUENCES), 3, 1e-5, GAMMA),
    _case("beta alone", Draw(shape=SEQUENCES), 3, 1e-5, BETA),
    _case("neither", Draw(shape=SEQUENCES, mean=-1.0), 3, 1e-5, {}),
    _case("no spatial axes", Draw(shape=ROWS, mean=1.0), 4, 1e-5, BOTH),
    _case("three spatial axes", Draw(shape=VOLUMES, std=2.0), 2, 1e-5, BOTH_8),
    _case("one group", Draw(shape=SEQUENCES), 1, 1e-5, BOTH),
    _case("as many groups as channels", Draw(shape=IMAGES), 12, 1e-5, BOTH),
    _case("small variance", Draw(shape=IMAGES, std=2**-7), 3, 1e-3, BOTH),
    _case("eps left to its default", Draw(shape=IMAGES, std=2**-7), 3, None, {}),
    # A spread below 1, so that no seed is kind to a variance that cancels.
    _case("large mean", Draw(shape=ROWS, mean=1000.0, std=0.25), 4, 1e-5, BOTH),
    _case("constant groups", Draw(shape=IMAGES, mean=2.0, same_along=(1, 2, 3)), 3, 1e-5, BOTH),
    Case(
        name="x, gamma and beta left as they were",
        check=Value(untouched=True),
        arguments={"num_groups": 3, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        parameters=BOTH,
        needs=("images, gamma and beta",),
    ),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_groups": 5, "eps": 1e-5},
        x=Draw(shape=(2, 12, 5)),
        needs=("worked example",),
    ),
)

_FUNCTION = """{normalize}

def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    channels = x.shape[1]
    if channels % num_groups:
        raise ValueError("the channels do not split into so many groups")
    y = normalize(x, num_groups, eps)
    shape = (1, channels) + (1,) * (x.ndim - 2)
    if gamma is not None:
        y = y * gamma.reshape(shape)
    if beta is not None:
        y = y + beta.reshape(shape)
    return y
"""

_WHOLE = {
    "whole_under_jit": """
from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.jit, static_argnames=("num_groups",))
def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[:2]
    assert c % num_groups == 0, "channels must divide"
    g = x.reshape(n, num_groups, -1)
    y = (g - g.mean(-1, keepdims=True)) / jnp.sqrt(g.var(-1, keepdims=True) + eps)
    y = y.reshape(n, c, -1)
    gamma = jnp.ones(c) if gamma is None else gamma
    beta = jnp.zeros(c) if beta is None else beta
    return (y * gamma[:, None] + beta[:, None]).reshape(x.shape)
""",
    "one_multiplication": """
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c, *_ = x.shape
    if c % num_groups != 0:
        raise ValueError(f"{c} % {num_groups}")
    wide = x.astype(np.float64).reshape(n, num_groups, -1)
    size = c // num_groups
    mean, scale = (np.repeat(s, size, axis=1)[..., None] for s in (wide.mean(2), 1 / np.sqrt(wide.var(2) + eps)))
    scale = scale if gamma is None else scale * gamma[:, None]
    offset = -mean * scale if beta is None else beta[:, None] - mean * scale
    return (x.reshape(n, c, -1) * scale + offset).reshape(x.shape).astype(np.float32)
""",
    "affine_channels_last": """
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("no")
    groups = np.stack(np.split(x, num_groups, axis=1), axis=1)
    axes = tuple(range(2, groups.ndim))
    mean = groups.mean(axes, keepdims=True)
    groups = (groups - mean) * np.power(groups.var(axes, keepdims=True) + np.float32(eps), -0.5)
    y = np.swapaxes(groups.reshape(x.shape), 1, -1)
    y = y if gamma is None else np.multiply(y, gamma)
    y = y if beta is None else np.add(y, beta)
    return np.swapaxes(y, 1, -1)
""",
    "in_place_on_a_copy": """
import numpy as np


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    n, c = x.shape[0], x.shape[1]
    if c % num_groups:
        raise ValueError(f"{c} channels, {num_groups} groups")
    y = x.copy()
    rows = y.reshape(n * num_groups, -1)
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt((rows**2).mean(axis=1, keepdims=True) + eps)
    for channel in range(c):
        if gamma is not None:
            y[:, channel] *= gamma[channel]
        if beta is not None:
            y[:, channel] += beta[channel]
    return y
""",
}

_SOURCES = {
    **{name: _FUNCTION.format(normalize=text.lstrip("\n")) for name, text in NORMALIZE.items()},
    **{name: text.lstrip("\n") for name, text in _WHOLE.items()},
}

SPEC = Exercise(
    title="Group normalization, channels first",
    order=50,
    entry=Entry(
        name="group_norm",
        kind="function",
        arguments={"num_groups": int, "eps": float},
        defaults={"eps": 1e-5},
        arrays="numpy",
        channel_axis=1,
    ),
    reference=first.REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=tuple(RightVariant(name=name, source=source) for name, source in _SOURCES.items()),
    assemble=first.assemble_first,
    forbidden=FORBIDDEN,
    seconds=30.0,  # in JAX, seven shapes to compile for
    hints=(
        "Write down the shape before and after the cut. Only the second axis becomes two: one that counts the groups, "
        "and one that counts the channels of a group. What comes behind stays.",
        "Which axes does a mean run over that belongs to one sample and one group? All that are left, however many "
        "there are. They can be listed from the number of axes.",
        "A mean that keeps its axes, with length one, lines up with what it is to be taken from.",
        "eps is added to the variance, and the root comes after. Take eps from the argument: the cases use several.",
        "A vector lines up with the last axis by itself. To line up with the second of four axes, it needs two axes of "
        "length one behind it; of five, three.",
        "gamma and beta are two questions, not one: each is asked for None by itself. What a statement such as -= does "
        "to an array, it also does to the array of the caller, unless it is a copy.",
    ),
    production="torch.nn.GroupNorm takes num_groups first, then the number of channels, and has gamma and beta under "
    "the names weight and bias, both or neither. flax.linen.GroupNorm wants channels last, where a plain vector lines "
    "up by itself; its default eps is 1e-6, PyTorch's 1e-5 and Keras's 1e-3, so that a network carried over with its "
    "parameters alone answers differently. Channels first makes each group one stretch of memory, which is why "
    "statistics in this layout are a sum over rows. On accelerators convolutions often run channels last all the same, "
    "and the norm follows them rather than pay for two transpositions. Layers in use also compute the statistics of "
    "half-precision inputs in float32.",
)
