"""``moments``: mean and variance of each group of channels, at each position."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Raises, Value

from .._group_norm.forbidden import FORBIDDEN
from . import _reference
from ._right import VARIANTS
from ._wrong import MISCONCEPTIONS

# Few shapes, each with few numbers of groups: every new pair makes JAX compile anew.
TABLE, IMAGES = (5, 12), (2, 3, 5, 12)

CASES = (
    Case(
        name="worked example",
        check=Value(),
        arguments={"num_groups": 2},
        x=Fixed(values=(1, 3, 5, 7, 10, 10, 10, 30), shape=(8,)),
    ),
    Case(
        name="a table of positions", check=Value(), arguments={"num_groups": 3}, x=Draw(shape=TABLE, mean=0.5), points=2
    ),
    Case(name="one group", check=Value(), arguments={"num_groups": 1}, x=Draw(shape=TABLE, mean=1.0)),
    Case(name="as many groups as channels", check=Value(), arguments={"num_groups": 12}, x=Draw(shape=TABLE, mean=1.0)),
    Case(name="images", check=Value(), arguments={"num_groups": 4}, x=Draw(shape=IMAGES, mean=-1.0, std=2.0)),
    Case(name="small variance", check=Value(), arguments={"num_groups": 3}, x=Draw(shape=TABLE, std=2**-7)),
    # A spread below 1, so that with groups of four no seed is kind to a variance that cancels.
    Case(name="large mean", check=Value(), arguments={"num_groups": 3}, x=Draw(shape=TABLE, mean=1000.0, std=0.25)),
    Case(name="under jit", check=Value(transform="jit"), arguments={"num_groups": 3}, x=Draw(shape=TABLE, mean=0.5)),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_groups": 5},
        x=Draw(shape=TABLE),
        needs=("worked example",),
    ),
)

OPERATIONS = """\
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("no such groups")
    size = x.shape[-1] // num_groups
    cut = x.reshape(*x.shape[:-1], num_groups, size)
    for f in (jnp.mean, jnp.sum, jnp.var, jnp.std):
        for keep in (True, False):
            f(cut, axis=-1, keepdims=keep) / size
    statistic = jnp.mean(cut, axis=-1)
    for values in (x, cut, statistic):
        jnp.square(values), jnp.sqrt(values), jnp.abs(values), values**2, values * values, values - values
        values + 1e-5, values / size
    kept = statistic[..., None]
    cut - kept, jnp.expand_dims(statistic, -1), jnp.squeeze(kept, -1), statistic - statistic**2
    parts = jnp.split(x, num_groups, axis=-1)
    means = [part.mean(axis=-1) for part in parts]
    jnp.stack(means, axis=-1), [part - mean[..., None] for part, mean in zip(parts, means)]
    return statistic, statistic
"""

SPEC = Exercise(
    title="Mean and variance of groups",
    order=10,
    entry=Entry(name="moments", kind="function", arguments={"num_groups": int}),
    reference=_reference.REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=_reference.assemble,
    operations=OPERATIONS,
    forbidden=FORBIDDEN,
    hints=(
        "Begin with the shapes alone. Eight channels in two groups: which shape shows the groups as rows? It must "
        "follow from the number of channels and num_groups, and the axes in front stay as they are.",
        "The new last axis counts the members of a group. A mean along it leaves one number a group, which is the "
        "shape that is asked for.",
        "To take the mean from the values it needs that axis again, with length one, so that each mean meets the "
        "values of its own group. What you return must be without it.",
        "Square the differences, then take their mean as you took the first: divided by how many there are, not by one "
        "less.",
        "If only the case with the large mean fails: do you take the mean away before you square, or after?",
    ),
    production=(
        "Most layers compute these two numbers and show them to nobody, so that how they do it is easily overlooked. "
        "Flax's take the mean of the squares less the square of the mean: one pass over the data instead of two, "
        "which is faster, and at a mean of 1,000 standard deviations the layer's output is off by several units where "
        "it should be near 1. Haiku, Equinox and Keras take the mean away first, as you do. PyTorch updates mean and "
        "squared differences value by value, after Welford, where the channels come second; where they come last, on "
        "a CPU, it works in one pass. There is a way between the two: subtract any number near the mean, such as the "
        "mean of the first few values, then work in one pass. A count, a mean and a sum of squared differences can "
        "also be merged with those of other values, which is how statistics are taken in parts: in tiles, on several "
        "devices, or from a stream."
    ),
)
