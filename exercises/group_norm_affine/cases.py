"""``GroupNorm`` with the channels in the second place and parameters that are optional."""

from dataclasses import replace

from grader.course import Case, Check, Draw, Entry, Exercise, Fixed, Parameters, Raises, Value

from .._group_norm.forbidden import FORBIDDEN
from ._operations import OPERATIONS
from ._right import VARIANTS
from ._wrong import LAYOUT, MISCONCEPTIONS

OWN = {"scale": Draw(shape=(12,), mean=1.0, std=0.5), "shift": Draw(shape=(12,))}
NEEDS = ("parameters",)
EAGER = Value()
# Few shapes, each with few numbers of groups: every new pair makes JAX compile anew.
IMAGES = (2, 12, 3, 5)


def _case(name: str, x: Draw, groups: int, eps: float | None, check: Check = EAGER, *, points: float = 1) -> Case:
    """A case on the values, with scale and shift of its own; eps and affine may be left to the module's defaults."""
    return Case(
        name=name,
        check=check,
        arguments={"groups": groups, "channels": 12, **({} if eps is None else {"eps": eps, "affine": True})},
        x=x,
        parameters=OWN,
        points=points,
        needs=NEEDS,
    )


CASES = (
    Case(
        name="parameters",
        check=Parameters(),
        arguments={"groups": 4, "channels": 12, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        points=2,
    ),
    Case(
        name="no parameters without affine",
        check=Parameters(),
        arguments={"groups": 4, "channels": 12, "eps": 1e-5, "affine": False},
        x=Draw(shape=IMAGES),
        points=2,
    ),
    Case(
        name="worked example",
        check=EAGER,
        arguments={"groups": 2, "channels": 4, "eps": 1e-5, "affine": True},
        x=Fixed(values=(1, 5, 3, 7, 10, 20, 30, 20), shape=(1, 4, 2)),
        parameters={
            "scale": Fixed(values=(1, 2, 1, 1), shape=(4,)),
            "shift": Fixed(values=(0, 10, 0, 0), shape=(4,)),
        },
        needs=NEEDS,
    ),
    _case("images", Draw(shape=IMAGES, mean=0.5), 4, 1e-5, points=2),
    Case(
        name="values without affine",
        check=EAGER,
        arguments={"groups": 4, "channels": 12, "eps": 1e-5, "affine": False},
        x=Draw(shape=IMAGES),
    ),
    # It needs no other: a program that takes a wrong axis for the channels may answer nothing else.
    replace(_case("as many positions as channels", Draw(shape=(2, 12, 12)), 3, 1e-5, points=2), needs=()),
    _case("volumes", Draw(shape=(2, 12, 2, 3, 2), std=2.0), 6, 1e-5),
    _case("no further axes", Draw(shape=(3, 12)), 4, 1e-5),
    _case("one group", Draw(shape=IMAGES, mean=-1.0), 1, 1e-4),
    _case("as many groups as channels", Draw(shape=IMAGES), 12, 1e-5),
    _case("small variance", Draw(shape=IMAGES, std=2**-7), 4, 1e-3),
    _case("eps and affine left to their defaults", Draw(shape=IMAGES, std=2**-7), 4, None),
    _case("large eps", Draw(shape=IMAGES), 4, 0.5),
    # A spread below 1: with 45 values a group, roundings of their squares average out.
    _case("large mean", Draw(shape=IMAGES, mean=1000.0, std=0.25), 4, 1e-5, points=2),
    _case("samples all the same", Draw(shape=IMAGES, mean=2.0, same_along=(1, 2, 3)), 4, 1e-5),
    _case("float16", Draw(shape=IMAGES, dtype="float16", std=2**-5), 4, 1e-3),
    _case("under jit", Draw(shape=IMAGES), 4, 1e-5, Value(transform="jit")),
    Case(
        name="groups that do not divide",
        check=Raises(rule="12 channels do not split into groups=5"),
        arguments={"groups": 5, "channels": 12},
        x=Draw(shape=IMAGES),
        needs=("images",),
    ),
    Case(
        name="other channels",
        check=Raises(rule="x has 8 channels in its second place, and the layer was made for channels=12"),
        arguments={"groups": 4, "channels": 12, "affine": False},
        x=Draw(shape=(2, 8, 3, 5)),
        needs=("images",),
    ),
    Case(
        name="channels last",
        check=Raises(rule="x has 4 channels in its second place, and the layer was made for channels=12"),
        arguments={"groups": 4, "channels": 12, "affine": False},
        x=Draw(shape=(2, 4, 5, 12)),
        needs=("images",),
    ),
)

SPEC = Exercise(
    title="Group normalization, channels first, affine or not",
    order=60,
    entry=Entry(
        name="GroupNorm",
        kind="linen_module",
        arguments={"groups": int, "channels": int, "eps": float, "affine": bool},
        defaults={"eps": 1e-5, "affine": True},
        channel_axis=1,
    ),
    reference=LAYOUT.reference(),
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=LAYOUT.assemble,
    operations=OPERATIONS,
    forbidden=FORBIDDEN,
    hints=(
        "Compare first, compute afterwards: both rules of step 1 are about numbers that are known before any value of "
        "x is. A reshape is no check, since it is content with any shape that has the right number of elements.",
        "Write down the order in which the values of one sample follow each other when the channels stand second. "
        "Where are the values of one group, and how many stretches do they make?",
        "A mean that keeps its axis lines up with what it is to be taken from. Take the differences first; they are "
        "what is to be squared.",
        "scale and shift have one axis, and the channels stand second: lined up as they are, they would meet the last "
        "axis. How many axes of length one must follow theirs? That depends on the rank of x.",
        "A Flax module has the parameters that its call makes, and no others. Without affine the lines that make them "
        "must not run at all.",
        "If only the case with the large mean fails, the variance is computed in a way that cancels: the statement "
        "has a table of what is lost.",
    ),
    production="torch.nn.GroupNorm is this layer, with affine=True as its default and its parameters called weight "
    "and bias; Flax and Keras have two switches, one for each parameter. A layer without parameters is "
    "what adaptive normalization is built on: scale and shift then come from another network, one pair for "
    "each sample, as in diffusion models. PyTorch computes the variance by Welford's method where the "
    "channels stand second, and by the mean of the squares less the squared mean where they stand last on "
    "a CPU, which for a mean of 1,000 times the spread is off by more than the output. Where the shortcut "
    "is taken for speed, a good layer first takes a number near the mean away from all values: such a "
    "shift is exact, and then nothing large is left to cancel. When parameters are carried from one "
    "library to another, eps must travel with them, as the defaults differ.",
)
