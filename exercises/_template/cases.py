"""``ScaleShift``: what a submission must do, and what it is asked."""

import numpy as np

from grader.course import (
    Arguments,
    Arrays,
    Case,
    Draw,
    Entry,
    Exercise,
    Fixed,
    Misconception,
    Parameters,
    Reference,
    RightVariant,
    Value,
    by_differences,
)

# 1. The entry: the name that a submission must define, its arguments with their casts, their defaults.
ENTRY = Entry(name="ScaleShift", kind="linen_module", arguments={"start": float}, defaults={"start": 1.0})


# 2. The reference: the judge's own answer, in float64 NumPy and straight from the formula. Never a copy of the
# solution: what both get wrong, nobody finds. ``arrays`` holds "x" and the parameters, ``arguments`` the entry's, cast.
def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """``gamma * x + beta``."""
    return arrays["gamma"] * arrays["x"] + arrays["beta"]


def parameters(arrays: Arrays, arguments: Arguments) -> dict[str, np.ndarray]:
    """The parameters right after initialisation."""
    channels = arrays["x"].shape[-1]
    return {"gamma": np.full(channels, arguments["start"]), "beta": np.zeros(channels)}


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The values that right programs pass, in order and in a learner's words; without a name, those on some ways only.

    By them the report names the line on which a wrong program departs, and what was right up to it.
    """
    x, gamma, beta = arrays["x"], arrays["gamma"], arrays["beta"]
    given = (("", x), ("", gamma), ("", beta))
    return (*given, ("gamma * x", gamma * x), ("output", value(arrays, arguments)))


# ``moved`` makes the tolerance; by differences, until you want to write it by hand. Where outputs share statistics, as
# those of a norm do, give it ``sharing`` too; see grader/course/reference.py.
REFERENCE = Reference(value=value, moved=by_differences(value), parameters=parameters, landmarks=landmarks)


# 3. The cases: one situation and one check each, in the order in which they are shown. The seed draws the inputs.
OWN = {"gamma": Draw(shape=(6,), mean=1.0, std=0.5), "beta": Draw(shape=(6,))}
CASES = (
    Case(name="parameters", check=Parameters(), arguments={"start": 0.5}, x=Draw(shape=(4, 6))),
    Case(
        name="worked example",
        check=Value(),
        arguments={},
        x=Fixed(values=(1, 2, 3), shape=(3,)),
        parameters={
            "gamma": Fixed(values=(2, 2, 0.5), shape=(3,)),
            "beta": Fixed(values=(0, 1, -1), shape=(3,)),
        },
        needs=("parameters",),
    ),
    Case(
        name="rows, under jit",
        check=Value(transform="jit"),
        arguments={},
        x=Draw(shape=(4, 6), std=2.0),
        parameters=OWN,
        points=2,
        needs=("parameters",),
    ),
)


# 4. The misconceptions: wrong ideas that learners really have, as what they compute. The text explains the idea without
# giving the solution away, and ends in a question. Which case catches it, and by how much, the kill matrix says.
def shifted_first(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """``gamma * (x + beta)``."""
    return arrays["gamma"] * (arrays["x"] + arrays["beta"])


MISCONCEPTIONS = (
    Misconception(
        name="shifted_first",
        title="beta is added before the scaling",
        text="Your beta is multiplied by gamma too. At first that is hard to see, because beta is all zeros. By how "
        "much should the output change when beta grows by one?",
        value=shifted_first,
    ),
)


# 5. The right variants: whole submissions by other ways. Each must pass, or the tolerance or a case asks too much.
CHANNEL_BY_CHANNEL = """\
import jax.numpy as jnp
from flax import linen as nn


class ScaleShift(nn.Module):
    start: float = 1.0

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        gamma = self.param("gamma", lambda _key: jnp.full((channels,), self.start))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        return jnp.stack([beta[c] + x[..., c] * gamma[c] for c in range(channels)], axis=-1)
"""

SPEC = Exercise(
    title="Scale and shift of each channel",
    order=1000,  # the place in the list
    entry=ENTRY,
    reference=REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=(RightVariant(name="channel_by_channel", source=CHANNEL_BY_CHANNEL),),
    forbidden=("groupnorm_jax", "exercises"),  # what a submission may not use; add "flax.linen.Dense", say
    # 6. The hints: ordered steps, none of which contains code.
    hints=(
        "Parameters are made where the call can see how many channels there are: each has one gamma and one beta.",
        "Arrays of shape (C,) and (..., C) meet at the last axis by themselves. Which of the two steps comes first?",
    ),
)
