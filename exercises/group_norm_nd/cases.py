"""``MyGroupNorm`` on inputs of any rank, channels last."""

from grader.course import Case, Draw, Entry, Exercise, Gradient, Parameters, Raises, Value

from .._group_norm import reference
from .._group_norm.forbidden import FORBIDDEN
from .._group_norm.operations import OPERATIONS
from .._group_norm.parts import assemble
from .._group_norm.right.position import VARIANTS
from .._group_norm.wrong import affine, gradient, groups, spread

OWN_12 = {"gamma": Draw(shape=(12,), mean=1.0, std=0.5), "beta": Draw(shape=(12,))}
OWN_16 = {"gamma": Draw(shape=(16,), mean=1.0, std=0.5), "beta": Draw(shape=(16,))}
NEEDS = ("parameters",)
EAGER = Value()
# Few shapes, each with few numbers of groups: every new pair makes JAX compile anew.
TABLE, IMAGES, ROWS = (5, 12), (2, 3, 5, 12), (3, 16)


def _case(name: str, x: Draw, num_groups: int, eps: float | None, check: Value = EAGER, *, points: float = 1) -> Case:
    """A case on the values, with gamma and beta of its own; eps may be left to the module's default."""
    return Case(
        name=name,
        check=check,
        arguments={"num_groups": num_groups, **({} if eps is None else {"eps": eps})},
        x=x,
        parameters=OWN_12 if x.shape[-1] == 12 else OWN_16,  # the two channel counts in use
        points=points,
        needs=NEEDS,
    )


CASES = (
    Case(
        name="parameters",
        check=Parameters(),
        arguments={"num_groups": 3, "eps": 1e-5},
        x=Draw(shape=TABLE),
        points=2,
    ),
    _case("three groups", Draw(shape=TABLE, mean=0.5), 3, 1e-5, points=2),
    _case("one group, one row", Draw(shape=(1, 12)), 1, 1e-4),
    _case("as many groups as channels", Draw(shape=TABLE), 12, 1e-5),
    _case("one position", Draw(shape=(12,)), 4, 1e-5),
    _case("sequences", Draw(shape=(2, 5, 12), std=2.0), 6, 1e-5),
    _case("images", Draw(shape=IMAGES, mean=-1.0), 4, 1e-5),
    _case("small variance", Draw(shape=ROWS, std=2**-7), 4, 1e-3),
    _case("eps left to its default", Draw(shape=ROWS, std=2**-7), 4, None),
    _case("large eps", Draw(shape=ROWS), 4, 0.5),
    _case("large mean", Draw(shape=ROWS, mean=1000.0), 4, 1e-5),
    _case("constant groups", Draw(shape=ROWS, mean=2.0, same_along=(-1,)), 4, 1e-5),
    _case("bfloat16", Draw(shape=ROWS, dtype="bfloat16", std=2**-5), 4, 1e-3),
    _case("float16", Draw(shape=ROWS, dtype="float16", std=2**-5), 4, 1e-3),
    _case("under jit", Draw(shape=TABLE), 3, 1e-5, Value(transform="jit")),
    _case("under vmap", Draw(shape=IMAGES), 4, 1e-5, Value(transform="vmap")),
    Case(
        name="gradient",
        check=Gradient(cotangent=Draw(shape=TABLE)),
        arguments={"num_groups": 3, "eps": 1e-5},
        x=Draw(shape=TABLE),
        parameters=OWN_12,
        needs=("three groups", "under jit"),
    ),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_groups": 5, "eps": 1e-5},
        x=Draw(shape=TABLE),
        needs=("three groups",),
    ),
    Case(
        name="more groups than channels",
        check=Raises(rule="12 channels do not split into num_groups=24"),
        arguments={"num_groups": 24, "eps": 1e-5},
        x=Draw(shape=TABLE),
        needs=("three groups",),
    ),
)

SPEC = Exercise(
    title="Group normalization of any rank",
    order=30,
    entry=Entry(
        name="MyGroupNorm", kind="linen_module", arguments={"num_groups": int, "eps": float}, defaults={"eps": 1e-5}
    ),
    reference=reference.REFERENCE,
    cases=CASES,
    misconceptions=(
        *(*spread.FORMULA, *groups.ONE_POSITION, *affine.AFFINE, *affine.PARAMETERS),
        *(*groups.SEVERAL_POSITIONS, affine.PARAMETERS_OF_INPUT_SHAPE, *gradient.GRADIENT),
    ),
    right_variants=VARIANTS,
    assemble=assemble,
    operations=OPERATIONS,
    forbidden=FORBIDDEN,
    production=(
        "Three passes are what the formula says; a layer in use makes two. It reads x once for the mean and for the "
        "mean of the squares, and a second time to normalise. The square of a large mean then swallows the variance: "
        "at a mean of 1,000 standard deviations flax.linen.GroupNorm, which does so, is off by 8.8. groupnorm_jax "
        "looks at the two sums, and where the mean is large it reads once more and measures from the mean, so that "
        "only such inputs pay. The gradient is written down in closed form and keeps x, the mean and the inverse "
        "standard deviation; what JAX keeps by itself is several times x. And a reshape that splits the channels is "
        "free for you to write, but may be a copy for the compiler: layers that are fast sum every channel by itself "
        "and join channels to groups afterwards, on a handful of numbers."
    ),
    hints=(
        "Write down the shape of the input as some leading axes and one channel axis, and the shape you want after "
        "splitting only the last. Nothing in front of it should change, however many axes there are.",
        "Count axes from the end. The axis that holds the members of a group is then the same one for a vector, a "
        "table and a batch of images.",
        "A mean that keeps its axis lines up with what it is to be taken from, whatever the rank.",
        "eps belongs to the variance and is taken from the module, never from memory: the cases use several.",
        "gamma and beta line up with the last axis by themselves, once the values have their first shape again.",
        "If a half-precision case fails alone, look at the dtype of your output: it may be wider than the input's, "
        "never narrower. If jit or vmap fails alone, look for Python's own float(), int() or if on a value of x.",
    ),
)
