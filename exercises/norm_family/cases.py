"""``norm``: batch, layer, instance and group norm, which differ in the index sets alone."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Raises, Value

from .._group_norm.forbidden import FORBIDDEN
from . import _reference
from ._right import VARIANTS
from ._wrong import MISCONCEPTIONS

# Every new pair of shape and arguments makes JAX compile anew.
IMAGES, SEQUENCES = (3, 4, 5, 6), (4, 5, 6)
EAGER = Value()


def _case(name: str, x: Draw, check: Value = EAGER, *, points: float = 1, **arguments: float | str) -> Case:
    """A case on the values."""
    return Case(name=name, check=check, arguments=arguments, x=x, points=points)


CASES = (
    Case(
        name="worked example, as layer",
        check=EAGER,
        arguments={"kind": "layer"},
        x=Fixed(values=(1, 10, 3, 30, 5, 50, 7, 70), shape=(2, 2, 2)),
    ),
    _case("images, as batch", Draw(shape=IMAGES, mean=-1.0), kind="batch"),
    _case("images, as layer", Draw(shape=IMAGES, mean=1.0), kind="layer"),
    _case("images, as instance", Draw(shape=IMAGES, std=2.0), kind="instance"),
    _case("images, as group", Draw(shape=IMAGES, mean=0.5), kind="group", num_groups=2, points=2),
    _case("sequences, as batch, small variance", Draw(shape=SEQUENCES, std=2**-7), kind="batch", eps=1e-3),
    _case("sequences, as instance, small variance", Draw(shape=SEQUENCES, std=2**-7), kind="instance"),
    _case("sequences, as group, under jit", Draw(shape=SEQUENCES), Value(transform="jit"), kind="group", num_groups=2),
    _case("sequences, one group", Draw(shape=SEQUENCES), kind="group", num_groups=1),
    _case("sequences, as many groups as channels", Draw(shape=SEQUENCES), kind="group", num_groups=6),
    _case("no positions, as instance", Draw(shape=(4, 6)), kind="instance"),
    _case("one sample, as batch", Draw(shape=(1, 5, 6)), kind="batch"),
    _case("large mean", Draw(shape=IMAGES, mean=1000.0, std=0.5), kind="group", num_groups=2),
    Case(
        name="an unknown kind",
        check=Raises(rule='there is no kind "spectral"'),
        arguments={"kind": "spectral"},
        x=Draw(shape=SEQUENCES),
        needs=("sequences, one group",),
    ),
    Case(
        name="channels that do not divide",
        check=Raises(rule="6 channels do not split into num_groups=4"),
        arguments={"kind": "group", "num_groups": 4},
        x=Draw(shape=SEQUENCES),
        needs=("sequences, one group",),
    ),
)

SPEC = Exercise(
    title="Four norms, one formula",
    order=70,
    entry=Entry(
        name="norm",
        kind="function",
        arguments={"kind": str, "num_groups": int, "eps": float},
        defaults={"num_groups": None, "eps": 1e-5},
    ),
    reference=_reference.REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=_reference.assemble,
    forbidden=FORBIDDEN,
    hints=(
        "Write the formula once, for values and the axes that a set runs over. Each kind then is nothing but a choice "
        "of those axes.",
        "For each kind, go through the axes of x one by one, samples, positions, channels, and ask: does a set run "
        "over it, or has each of its indices sets of its own?",
        "The spatial axes are all but the first and the last, however many there are, none included. Every kind runs "
        "over all of them.",
        "Groups need an axis that x does not have: split the channels into groups and members of a group. A set runs "
        "over the members and not over the groups.",
        "Now that the channels can be split: which kinds are group norm with a particular number of groups? Fewer "
        "branches may be left than there are kinds.",
        "A mean that keeps its axes, with length one, lines up with what it is to be taken from, whichever axes it ran "
        "over. For an unknown kind, say which ones there are.",
    ),
    production=(
        "Layers in use differ from yours in what surrounds the formula. All have gamma and beta, one of each a "
        "channel, except that Flax and PyTorch shape those of LayerNorm by the axes that it normalises, mostly the "
        "last alone. Batch norm, in training, also keeps running averages of mean and variance, and in evaluation "
        "uses those instead of the batch's: the only one of the four whose output depends on what came before, and on "
        "the other samples. That is why it fails where batches are small: in the paper on group norm its error on "
        "ImageNet rises from 23.6 % with 32 images a device to 34.7 % with 2, while group norm stays near 24.1 %. The "
        "default eps is 1e-5 in PyTorch, Haiku and Equinox, 1e-6 in Flax and 1e-3 in Keras, so that parameters "
        "carried from one to the other do not give the same output. PyTorch's own InstanceNorm reshapes the samples "
        "into channels and calls batch norm: one formula, as here."
    ),
)
