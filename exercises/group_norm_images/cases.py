"""``GroupNorm`` of the paper: statistics over all positions of a sample, channels last."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Gradient, Parameters, Raises, Value

from .._group_norm.forbidden import FORBIDDEN
from .._group_norm.layouts import Layout
from .._group_norm.wrong import affine, gradient, samples
from ._operations import OPERATIONS
from ._right import VARIANTS

LAYOUT = Layout()
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
        arguments={"num_groups": num_groups, **({} if eps is None else {"eps": eps})},
        x=x,
        parameters=OWN,
        points=points,
        needs=NEEDS,
    )


CASES = (
    Case(
        name="parameters",
        check=Parameters(),
        arguments={"num_groups": 4, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        points=2,
    ),
    Case(
        name="worked example",
        check=EAGER,
        arguments={"num_groups": 2, "eps": 1e-5},
        x=Fixed(values=(1, 3, 10, 30, 5, 7, 20, 20), shape=(1, 2, 4)),
        needs=NEEDS,
    ),
    _case("images", Draw(shape=IMAGES, mean=0.5), 4, 1e-5, points=3),
    _case("sequences", Draw(shape=(2, 5, 12), std=2.0), 6, 1e-5),
    _case("volumes", Draw(shape=(2, 2, 3, 2, 12), mean=-1.0), 4, 1e-5),
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
        arguments={"num_groups": 4, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        parameters=OWN,
        needs=("images", "under jit"),
    ),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_groups": 5, "eps": 1e-5},
        x=Draw(shape=IMAGES),
        needs=("images",),
    ),
)

SPEC = Exercise(
    title="Group normalization of images",
    order=40,
    entry=Entry(
        name="GroupNorm", kind="linen_module", arguments={"num_groups": int, "eps": float}, defaults={"eps": 1e-5}
    ),
    reference=LAYOUT.reference(),
    cases=CASES,
    misconceptions=LAYOUT.adapted(
        (
            *samples.PER_SAMPLE,
            *affine.PARAMETERS,
            affine.PARAMETERS_OF_INPUT_SHAPE,
            samples.AS_CHANNELS_FIRST,
            *gradient.GRADIENT,
        )
    ),
    right_variants=VARIANTS,
    assemble=LAYOUT.assemble,
    operations=OPERATIONS,
    forbidden=FORBIDDEN,
    hints=(
        "Begin with shapes. Split only the last axis of a batch of images, as in the exercise before. Which of the "
        "axes you have now tell values apart that share a mean, and which tell means apart?",
        "Count the means: there is one for each sample and each group. The axes that are left when a mean is taken "
        "must be those two, and no others.",
        "The axes of the positions stand between the first and the last of x. Their number follows from the rank of x; "
        "for a table of features there are none, and the same code should do.",
        "Take the differences from the mean before you square them, over the same axes as the mean. Means of pieces "
        "may be averaged; variances of pieces may not, since each is measured from another mean.",
        "Once the values have the shape of x again, gamma and beta line up with its last axis by themselves.",
        "If only the bfloat16 case fails, look at the dtype of your output. If only jit fails, look for Python's own "
        "float(), int() or if on a value of x; its shape and rank are known and may be asked.",
    ),
    production="The layer that you have written is what torch.nn.GroupNorm and flax.linen.GroupNorm compute, one with "
    "the channels second and the other with them last. Layers in use take the sums for each channel first, "
    "over the positions alone, and combine channels to groups on the few numbers that are left: a mean "
    "over axes on both sides of another is slow to compute on most machines, and here that can be a factor "
    "of ten. They apply everything in one pass, as x times a factor plus an offset for each sample and "
    "channel; that costs digits where the mean is large. For training they keep x, the mean and the "
    "inverse standard deviation, and compute the rest again. Flax's defaults differ from yours: its eps is "
    "1e-6, its parameters are called scale and bias, and its variance is the mean of the squares less the "
    "squared mean, which for a mean of 1,000 times the spread is off by more than the output itself. For a "
    "half-precision input they measure mean and variance in float32.",
)
