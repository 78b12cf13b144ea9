"""``GroupNorm`` of the paper as a module of Flax NNX: channels last, parameters made when it is built."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Gradient, Parameters, Raises, Value

from .._group_norm.forbidden import FORBIDDEN
from ._operations import OPERATIONS
from ._right import VARIANTS
from ._wrong import LAYOUT, MISCONCEPTIONS

OWN = {"gamma": Draw(shape=(12,), mean=1.0, std=0.5), "beta": Draw(shape=(12,))}
NEEDS = ("parameters",)
EAGER = Value()
# Few shapes, each with few numbers of groups: every new pair makes JAX compile anew.
IMAGES = (2, 3, 5, 12)


def _case(name: str, x: Draw, num_groups: int, eps: float | None, check: Value = EAGER, *, points: float = 1) -> Case:
    """A case on the values, with gamma and beta of its own; eps may be left to the module's default."""
    return Case(
        name=name,
        check=check,
        arguments={"num_features": 12, "num_groups": num_groups, **({} if eps is None else {"eps": eps})},
        x=x,
        parameters=OWN,
        points=points,
        needs=NEEDS,
    )


CASES = (
    Case(
        name="parameters",
        check=Parameters(),
        arguments={"num_features": 12, "num_groups": 4, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        points=3,
    ),
    Case(
        name="worked example",
        check=EAGER,
        arguments={"num_features": 4, "num_groups": 2, "eps": 1e-5},
        x=Fixed(values=(1, 3, 10, 30, 5, 7, 20, 20), shape=(1, 2, 4)),
        needs=NEEDS,
    ),
    _case("images", Draw(shape=IMAGES, mean=0.5), 4, 1e-5, points=2),
    _case("sequences", Draw(shape=(2, 5, 12), std=2.0), 6, 1e-5),
    _case("no positions", Draw(shape=(3, 12)), 4, 1e-5),
    _case("one group", Draw(shape=IMAGES), 1, 1e-4),
    _case("as many groups as channels", Draw(shape=IMAGES), 12, 1e-5),
    _case("small variance", Draw(shape=IMAGES, std=2**-7), 4, 1e-3),
    _case("eps left to its default", Draw(shape=IMAGES, std=2**-7), 4, None),
    _case("large eps", Draw(shape=IMAGES), 4, 0.5),
    # A spread below 1: with 45 values a group, roundings of their squares average out.
    _case("large mean", Draw(shape=IMAGES, mean=1000.0, std=0.25), 4, 1e-5),
    _case("samples all the same", Draw(shape=IMAGES, mean=2.0, same_along=(1, 2, 3)), 4, 1e-5),
    _case("bfloat16", Draw(shape=IMAGES, dtype="bfloat16", std=2**-5), 4, 1e-3),
    _case("under jit", Draw(shape=IMAGES), 4, 1e-5, Value(transform="jit")),
    Case(
        name="gradient",
        check=Gradient(cotangent=Draw(shape=IMAGES)),
        arguments={"num_features": 12, "num_groups": 4, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        parameters=OWN,
        needs=("images", "under jit"),
    ),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_features": 12, "num_groups": 5, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        needs=("images",),
    ),
    Case(
        name="another number of channels",
        check=Raises(rule="x has 12 channels, not num_features=1"),
        arguments={"num_features": 1, "num_groups": 1, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        needs=("images",),
    ),
)

SPEC = Exercise(
    title="Group normalization in Flax NNX",
    order=110,
    entry=Entry(
        name="GroupNorm",
        kind="nnx_module",
        arguments={"num_features": int, "num_groups": int, "eps": float},
        defaults={"eps": 1e-5},
    ),
    reference=LAYOUT.reference(),
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=LAYOUT.assemble,
    operations=OPERATIONS,
    forbidden=FORBIDDEN,
    hints=(
        "Go through your Linen layer line by line and ask of each: does it need x? What does not belongs to "
        "`__init__`, the rest to `__call__`.",
        "What has the call to know that only `__init__` is told? An attribute keeps it. A plain number may be an "
        "attribute as it is; what is to be trained may not.",
        "`nnx.Param` is no function that makes values: it wraps the array that you give it, and the attribute's name "
        "becomes the parameter's. The first values of gamma and beta need no random key.",
        "Print `nnx.state(module, nnx.Param)` of a module that has just been built. Are both parameters there, under "
        "their names?",
        "The arithmetic is that of the Linen layer: split only the last axis, take means over the positions and the "
        "members of a group, and bring the values back to the shape of x.",
        "Two things are to be refused. One can be seen when the module is built, the other only when x comes.",
    ),
    production="flax.nnx.GroupNorm is built the same way: num_features first, rngs last and by name, though it draws "
    "nothing. Its parameters are called scale and bias, either can be left out, and each can be given an initialiser "
    "and a dtype of its own. Its eps is 1e-6, and unless told otherwise its variance is the mean of the squares less "
    "the squared mean. To train it, `nnx.Optimizer(model, tx, wrt=nnx.Param)` asks for the type, as the grader does; "
    "to save it, the state of `nnx.split` is what goes into the file. A network in NNX is its layers as attributes, "
    "so that a layer can be exchanged or looked at by assigning to an attribute, which in Linen takes work on the "
    "dictionary of parameters.",
)
