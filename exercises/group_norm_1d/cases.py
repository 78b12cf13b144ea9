"""``MyGroupNorm`` on one position: a 1-D input."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Parameters, Raises, Value

from .._group_norm import reference
from .._group_norm.forbidden import FORBIDDEN
from .._group_norm.operations import OPERATIONS
from .._group_norm.parts import assemble
from .._group_norm.right.position import VARIANTS
from .._group_norm.wrong import affine, groups, spread

FLAT = Value(flatten=True)
OWN = {"gamma": Draw(shape=(12,), mean=1.0, std=0.5), "beta": Draw(shape=(12,))}
NEEDS = ("parameters",)


def _case(name: str, x: Draw, num_groups: float, eps: float | None, points: float = 1) -> Case:
    """A case on the values, with gamma and beta of its own; eps may be left to the module's default."""
    return Case(
        name=name,
        check=FLAT,
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
        arguments={"num_groups": 2.0, "eps": 1e-5},
        x=Fixed(values=(1, 2, 3, 4, 5, 6), shape=(6,)),
        points=2,
    ),
    Case(
        name="worked example",
        check=FLAT,
        arguments={"num_groups": 2.0, "eps": 1e-5},
        x=Fixed(values=(1, 2, 3, 4, 5, 6), shape=(6,)),
        needs=NEEDS,
    ),
    _case("gamma and beta of one's own", Draw(shape=(12,)), 3.0, 1e-5, points=2),
    _case("one group", Draw(shape=(12,), mean=2.0, std=2.0), 1.0, 1e-5),
    _case("as many groups as channels", Draw(shape=(12,)), 12.0, 1e-5),
    _case("small variance", Draw(shape=(12,), std=2**-7), 3.0, 1e-3),
    _case("eps left to its default", Draw(shape=(12,), std=2**-7), 3.0, None),
    _case("large eps", Draw(shape=(12,)), 3.0, 0.5),
    # A spread below 1, so that with groups of four no seed is kind to a variance that cancels.
    _case("large mean", Draw(shape=(12,), mean=1000.0, std=0.25), 3.0, 1e-5),
    _case("constant groups", Draw(shape=(12,), mean=2.0, same_along=(-1,)), 3.0, 1e-5),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_groups": 5.0, "eps": 1e-5},
        x=Draw(shape=(12,)),
        needs=("worked example",),
    ),
)

SPEC = Exercise(
    title="Group normalization of one position",
    order=20,
    entry=Entry(
        name="MyGroupNorm", kind="linen_module", arguments={"num_groups": int, "eps": float}, defaults={"eps": 1e-5}
    ),
    reference=reference.REFERENCE,
    cases=CASES,
    misconceptions=(*spread.FORMULA, *groups.ONE_POSITION, *affine.AFFINE, *affine.PARAMETERS),
    right_variants=VARIANTS,
    assemble=assemble,
    operations=OPERATIONS,
    forbidden=FORBIDDEN,
    production=(
        "A layer in use does the same arithmetic, and cares for three more things. Its statistics are computed in "
        "float32 even if x is bfloat16, since a sum of many half-precision numbers soon loses all that is added to it. "
        "It checks its arguments before any array is touched, so that no error of a reshape speaks for it. And it "
        "tells JAX how to differentiate it: the gradient needs x, the mean and the inverse standard deviation, while "
        "JAX by itself keeps every intermediate array, three to five times the bytes of x. groupnorm_jax.MyGroupNorm "
        "keeps x and next to nothing else."
    ),
    hints=(
        "Begin with the shapes alone. Six channels in two groups: which shape lets you see the groups as rows? It must "
        "work from the number of channels and num_groups, not from these two numbers.",
        "Each row now is a group. Take its mean along the row, and keep that axis, so that the mean can be taken away "
        "from the row without further reshaping.",
        "The variance is the mean of the squared differences you have just made: divided by how many there are, not by "
        "one less. Add eps to it, and only then take the root.",
        "Bring the result back to the shape it came in before gamma and beta are applied: they have one element a "
        "channel and know nothing of groups.",
        "Parameters are made where the call can see how many channels there are. Their names are part of the "
        "exercise, and so are their first values.",
    ),
)
