"""``sharded_group_norm``: positions cut over devices, whose statistics are merged."""

from grader.course import Case, Check, Draw, Entry, Exercise, Fixed, Gradient, Sent, Shards, Value

from .._group_norm.forbidden import FORBIDDEN
from . import _reference
from ._right import VARIANTS
from ._wrong import MISCONCEPTIONS

SEQUENCES, IMAGES = (2, 8, 12), (2, 4, 6, 12)
# How far an output moves is worked out from all pairs of a group: values are looked at in a shorter one.
LONG, LONGER = (1, 512, 4), (1, 2048, 4)
JIT = Value(transform="jit")
FOUR, TWO, ONE = (Shards(mesh={"devices": count}, cut=("", "devices", "")) for count in (4, 2, 1))
SAMPLES_TOO = Shards(mesh={"samples": 2, "positions": 2}, cut=("samples", "positions", ""))
ROWS = Shards(mesh={"devices": 4}, cut=("", "devices", "", ""))
COLUMNS = Shards(mesh={"columns": 2}, cut=("", "", "columns", ""))


def _case(
    name: str,
    x: Draw,
    shards: Shards,
    num_groups: int,
    eps: float | None = 1e-5,
    check: Check = JIT,
    *,
    axis_name: str = "devices",
    points: float = 1,
    needs: tuple[str, ...] = (),
) -> Case:
    return Case(
        name=name,
        check=check,
        arguments={"num_groups": num_groups, "axis_name": axis_name, **({} if eps is None else {"eps": eps})},
        x=x,
        parameters={"gamma": Draw(shape=x.shape[-1:], mean=1.0, std=0.5), "beta": Draw(shape=x.shape[-1:])},
        points=points,
        needs=needs,
        shards=shards,
    )


CASES = (
    _case("one device", Draw(shape=SEQUENCES, mean=0.5), ONE, 4),
    Case(
        name="worked example",
        check=JIT,
        arguments={"num_groups": 2, "axis_name": "devices", "eps": 1e-5},
        x=Fixed(values=(1, 3, 10, 30, 5, 7, 20, 20, 1, 3, 10, 30, 5, 7, 20, 20), shape=(1, 4, 4)),
        parameters={
            "gamma": Fixed(values=(1, 1, 1, 2), shape=(4,)),
            "beta": Fixed(values=(0, 0, 5, 0), shape=(4,)),
        },
        shards=FOUR,
    ),
    _case("four devices", Draw(shape=SEQUENCES, mean=1.0), FOUR, 4, points=3),
    _case("two of the devices", Draw(shape=SEQUENCES, std=2.0), TWO, 4, points=2),
    _case("samples cut too", Draw(shape=SEQUENCES), SAMPLES_TOO, 4, axis_name="positions", points=2),
    _case("rows of images", Draw(shape=IMAGES, mean=-1.0), ROWS, 4),
    _case("columns of images", Draw(shape=IMAGES), COLUMNS, 6, axis_name="columns"),
    _case("one group", Draw(shape=SEQUENCES), FOUR, 1),
    _case("as many groups as channels", Draw(shape=SEQUENCES), FOUR, 12),
    _case("small variance", Draw(shape=SEQUENCES, std=2**-7), FOUR, 4, 1e-3),
    _case("eps left to its default", Draw(shape=SEQUENCES, std=2**-7), FOUR, 4, None),
    _case("large eps", Draw(shape=SEQUENCES), FOUR, 4, 4.0),
    _case("large mean", Draw(shape=SEQUENCES, mean=1000.0, std=0.25), FOUR, 4),
    _case("negative large mean", Draw(shape=SEQUENCES, mean=-300.0, std=0.125), TWO, 4),
    _case("long pieces", Draw(shape=LONG, mean=1.0), FOUR, 4),
    _case(
        "gradient",
        Draw(shape=SEQUENCES),
        FOUR,
        4,
        1e-5,
        Gradient(cotangent=Draw(shape=SEQUENCES)),
        points=2,
        needs=("four devices",),
    ),
    _case(
        "gradient, samples cut too",
        Draw(shape=SEQUENCES),
        SAMPLES_TOO,
        4,
        1e-5,
        Gradient(cotangent=Draw(shape=SEQUENCES)),
        axis_name="positions",
        needs=("samples cut too",),
    ),
    _case("what is sent", Draw(shape=LONGER), FOUR, 4, 1e-5, Sent(needed=_reference.needed), needs=("long pieces",)),
)

SPEC = Exercise(
    title="Group normalization over several devices",
    order=150,
    entry=Entry(
        name="sharded_group_norm",
        kind="function",
        arguments={"num_groups": int, "axis_name": str, "eps": float},
        defaults={"eps": 1e-5},
    ),
    reference=_reference.REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=_reference.assemble,
    forbidden=FORBIDDEN,
    seconds=30.0,  # seventeen programs over several devices to compile
    hints=(
        "First write group normalization of the piece, as if it were all of x. It is right where there is one device, "
        "and only two numbers for each sample and group are wrong elsewhere.",
        "All pieces are equally large. So the mean of all values is the average of the pieces' means: "
        "jax.lax.pmean, with the name of the axis that x is cut along, gives every device that average.",
        "The same does not hold for variances. The variance of all values is the average of squared differences from "
        "the mean of all values: each device needs that mean before it can square anything.",
        "To take the pieces' own variances is possible too, if what they leave out is added: the average squared "
        "distance of the pieces' means from the mean of all.",
        "Do not count devices yourself. jax.lax.psum of the number 1 along an axis gives how many take part in it.",
        "If only the large mean fails, look for a variance that is a difference of two large numbers. If only what is "
        "sent fails, look at the shape of what you hand to the collective operations.",
    ),
    production="Data-parallel training cuts x by samples, and group normalization then needs no communication at "
    "all, unlike batch normalization, whose statistics are of all samples. Where images or volumes are so large "
    "that positions are cut, mean and variance must be merged as you have done. Few write it themselves: under "
    "jax.jit, an array that is cut over devices is normalised by the ordinary layer, and XLA's partitioner puts "
    "the sums across devices in; shard_map is for those who want to say what is sent. Flax's norms take an "
    "axis_name, and then average the mean of x and the mean of its squares in a single exchange, which loses "
    "digits where the mean is large. Two exchanges, a mean and then squares around it, cost twice the latency and "
    "keep them; means and variances of the pieces, merged as Chan, Golub and LeVeque describe, need one and keep "
    "them too.",
)
