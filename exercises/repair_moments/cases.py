"""``walk_through``: a given program that runs and is wrong, to be mended."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Raises, Value

from .._group_norm.forbidden import FORBIDDEN
from ._reference import REFERENCE, assemble
from ._right import VARIANTS
from ._wrong import WRONG

TWELVE, EIGHT = (2, 12, 2, 3), (3, 8, 2, 4)


def _case(name: str, x: Draw, num_groups: int, eps: float | None, points: float = 1) -> Case:
    arguments = {"num_groups": num_groups, **({} if eps is None else {"eps": eps})}
    return Case(name=name, check=Value(), arguments=arguments, x=x, points=points)


CASES = (
    Case(
        name="worked example",
        check=Value(),
        arguments={"num_groups": 2, "eps": 1e-5},
        x=Fixed(values=(1, 3, 5, 7, 10, 10, 10, 14), shape=(1, 4, 1, 2)),
    ),
    _case("three groups of four channels", Draw(shape=TWELVE, mean=0.5, std=0.25), 3, 1e-5, points=2),
    _case("two groups of four channels", Draw(shape=EIGHT, mean=-1.0, std=2.0), 2, 1e-5),
    _case("one group", Draw(shape=EIGHT, mean=1.0), 1, 1e-5),
    _case("as many groups as channels", Draw(shape=EIGHT), 8, 1e-5),
    _case("small variance", Draw(shape=TWELVE, std=2**-7), 3, 1e-3),
    _case("eps left to its default", Draw(shape=TWELVE, std=2**-7), 3, None),
    _case("large eps", Draw(shape=EIGHT, mean=0.5), 2, 0.5),
    _case("large mean", Draw(shape=TWELVE, mean=1000.0, std=0.25), 6, 1e-5),
    _case("constant groups", Draw(shape=TWELVE, mean=2.0, same_along=(1, 2, 3)), 3, 1e-5),
    Case(
        name="x left as it was",
        check=Value(untouched=True),
        arguments={"num_groups": 3, "eps": 1e-5},
        x=Draw(shape=TWELVE),
        needs=("three groups of four channels",),
    ),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_groups": 5, "eps": 1e-5},
        x=Draw(shape=TWELVE),
        needs=("worked example",),
    ),
)

SPEC = Exercise(
    title="Repair: moments that do not come out",
    order=80,
    entry=Entry(
        name="walk_through",
        kind="function",
        arguments={"num_groups": int, "eps": float},
        defaults={"eps": 1e-5},
        arrays="numpy",
        channel_axis=1,
    ),
    reference=REFERENCE,
    cases=CASES,
    misconceptions=WRONG,
    right_variants=VARIANTS,
    assemble=assemble,
    forbidden=FORBIDDEN,
    seconds=30.0,  # in JAX, six shapes to compile for
    hints=(
        "Let the program report first. Once before and after come out as arrays, each run tells you more than the "
        "promise in a comment.",
        "Take a group's values in metres. In which unit are its mean, its variance, and the difference from the mean? "
        "In which unit is the fraction, and in which should it be?",
        "What a number with a standard deviation s has to be divided by, to come out with 1, is s. What does the given "
        "line divide by, for values with s = 0.28869? And what comes out?",
        "A number that you divide the result by afterwards, so that 3.46 becomes 1, is right for one input. The worked "
        "example asks for another.",
        "If the small variance is wrong and the others are right, look at where eps stands, and whether it is the one "
        "that was given.",
    ),
    production="Libraries compute both moments of a group in one go, as this walk-through does, and then multiply by "
    "rsqrt(variance + eps): one operation for the root and the division, so that the root cannot be forgotten by "
    "itself. A norm without it is hard to notice in training, because gamma can take up a constant factor and the next "
    "norm takes away what is left; what it loses is that the output no longer depends on the input's scale. That is "
    "why tests of layers check properties and not only that a loss goes down: twice the input must give the same "
    "output. The defaults of eps differ, 1e-6 in flax.linen, 1e-5 in PyTorch, 1e-3 in Keras, and where activations are "
    "small the difference is felt: a network that is carried over needs its eps carried over too. Reports like before "
    "and after are logged in practice as well, as histograms of activations, to see a layer drift before a loss does.",
)
