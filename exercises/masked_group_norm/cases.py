"""``masked_group_norm``: padded samples, whose statistics leave the padding out."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Given, Gradient, Made, Value

from .._group_norm.forbidden import FORBIDDEN
from . import _reference
from ._right import VARIANTS
from ._wrong import MISCONCEPTIONS

# SQUARE has as many positions as channels, so that a mask that is lined up with the wrong ones runs.
SEQUENCES, SQUARE, IMAGES = (3, 5, 12), (3, 12, 12), (2, 3, 4, 12)
EAGER = Value()
SHORT = _reference.mask((5, 3, 1), (5,))
EMPTY = _reference.mask((4, 0, 2), (5,))


def _case(
    name: str,
    x: Given,
    mask: Made | Fixed,
    num_groups: int,
    eps: float | None = 1e-5,
    check: Value | Gradient = EAGER,
    *,
    channels: int = 12,
    points: float = 1,
    needs: tuple[str, ...] = (),
) -> Case:
    return Case(
        name=name,
        check=check,
        arguments={"num_groups": num_groups, **({} if eps is None else {"eps": eps})},
        x=x,
        parameters={
            "mask": mask,
            "gamma": Draw(shape=(channels,), mean=1.0, std=0.5),
            "beta": Draw(shape=(channels,)),
        },
        points=points,
        needs=needs,
    )


CASES = (
    Case(
        name="worked example",
        check=EAGER,
        arguments={"num_groups": 2, "eps": 1e-5},
        x=Fixed(values=(1, 3, 10, 30, 5, 7, 20, 20, 8, 8, 100, 0), shape=(1, 3, 4)),
        parameters={
            "mask": _reference.mask((2,), (3,)),
            "gamma": Fixed(values=(1, 1, 1, 2), shape=(4,)),
            "beta": Fixed(values=(0, 0, 5, 0), shape=(4,)),
        },
    ),
    _case("nothing padded", Draw(shape=SEQUENCES, mean=0.5), _reference.mask((5, 5, 5), (5,)), 4),
    _case("sequences of unequal length", Draw(shape=SEQUENCES, mean=1.0), SHORT, 4, points=3),
    _case("as long as there are channels", Draw(shape=SQUARE, mean=-1.0), _reference.mask((9, 4, 7), (12,)), 3),
    _case(
        "images with gaps", Draw(shape=IMAGES, std=2.0), _reference.mask((7, 4), (3, 4), scattered=True), 4, points=2
    ),
    _case("one group", Draw(shape=SEQUENCES), SHORT, 1),
    _case("as many groups as channels", Draw(shape=SEQUENCES), _reference.mask((5, 4, 3), (5,)), 12),
    _case("small variance", Draw(shape=SEQUENCES, std=2**-7), SHORT, 4, 1e-3),
    _case("eps left to its default", Draw(shape=SEQUENCES, std=2**-7), SHORT, 4, None),
    _case("a sample that is all padding", Draw(shape=SEQUENCES, mean=1.0), EMPTY, 4, points=2),
    _case("under jit", Draw(shape=SEQUENCES), EMPTY, 4, 1e-5, Value(transform="jit")),
    _case(
        "gradient",
        Draw(shape=SEQUENCES),
        SHORT,
        4,
        1e-5,
        Gradient(cotangent=Draw(shape=SEQUENCES)),
        needs=("sequences of unequal length",),
    ),
    _case(
        "gradient beside a sample that is all padding",
        Draw(shape=SEQUENCES),
        EMPTY,
        4,
        1e-5,
        Gradient(cotangent=Draw(shape=SEQUENCES)),
        points=2,
        needs=("a sample that is all padding", "under jit"),
    ),
    # All samples add to it: one that is no number spoils the step for everybody.
    _case(
        "gradient of gamma beside a sample that is all padding",
        Draw(shape=SEQUENCES),
        EMPTY,
        4,
        1e-5,
        Gradient(cotangent=Draw(shape=SEQUENCES), of="gamma"),
        needs=("a sample that is all padding", "under jit"),
    ),
)

# Real positions anywhere, and padding behind them, at every number of axes.
SITUATIONS = (
    _case("sequences with gaps", Draw(shape=SEQUENCES), _reference.mask((3, 4, 2), (5,), scattered=True), 4),
    _case("longer sequences with gaps", Draw(shape=SQUARE), _reference.mask((5, 0, 8), (12,), scattered=True), 3),
    _case("images without gaps", Draw(shape=IMAGES), _reference.mask((7, 0), (3, 4)), 4),
)

SPEC = Exercise(
    title="Group normalization of padded samples",
    order=130,
    entry=Entry(
        name="masked_group_norm",
        kind="function",
        arguments={"num_groups": int, "eps": float},
        defaults={"eps": 1e-5},
    ),
    reference=_reference.REFERENCE,
    cases=CASES,
    situations=SITUATIONS,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=_reference.assemble,
    forbidden=FORBIDDEN,
    seconds=20.0,  # five shapes and two gradients to compile for
    hints=(
        "Give the mask the axes that it lacks, each of length one, until it lines up with x after the channels are cut "
        "into groups. It has nothing to say about groups and channels.",
        "A mean is a sum over a count. Write both so that they leave the padding out: what is added up, and how many "
        "values those are. The count differs from sample to sample.",
        "Count values, not positions: each real position brings all the channels of the group.",
        "What is 0 before the mean is taken away is not 0 afterwards. Look at what padding is when you square it, and "
        "at whether it is in the sum.",
        "For a sample that is all padding, every sum is 0 and so is the count. Find a count for it that makes the "
        "division harmless. To choose the result afterwards is too late for the gradient.",
        "The last step decides what padding gets. Whatever comes after it, such as an offset, is there too.",
    ),
    production="flax.linen's norms take a mask too, as an array that broadcasts to x and is true where values count. "
    "For a sample with nothing left they divide 0 by 0: the output is not a number, and through the gradient of scale, "
    "to which all samples add, one such sample spoils the whole step. Few other libraries have masks in their norms "
    "at all. Speech and text are mostly batched by padding to the longest sample; sorting by length before batching "
    "keeps the padding, and what it costs, small. Where statistics come from several devices, means are weighted by "
    "their counts, or a device with little left counts as much as one that is full. Models that end in a mean over "
    "positions need the same mask there: a norm that returns 0 at padding makes the sum right, and leaves the count.",
)
