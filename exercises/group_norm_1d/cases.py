"""``MyGroupNorm`` on one position: a 1-D input."""

from exercises._shared import group_norm
from exercises._shared.group_norm_misconceptions import ONE_POSITION
from exercises._shared.group_norm_variants import VARIANTS
from exercises.spec import Case, Draw, Entry, Exercise, Fixed, Parameters, Raises, Value

FLAT = Value(flatten=True)
OWN = {"gamma": Draw(shape=(12,), mean=1.0, std=0.5), "beta": Draw(shape=(12,))}
NEEDS = ("parameters",)

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
    Case(
        name="gamma and beta of one's own",
        check=FLAT,
        arguments={"num_groups": 3.0, "eps": 1e-5},
        x=Draw(shape=(12,)),
        parameters=OWN,
        points=2,
        needs=NEEDS,
    ),
    Case(
        name="one group",
        check=FLAT,
        arguments={"num_groups": 1.0, "eps": 1e-5},
        x=Draw(shape=(12,), mean=2.0, std=2.0),
        parameters=OWN,
        needs=NEEDS,
    ),
    Case(
        name="as many groups as channels",
        check=FLAT,
        arguments={"num_groups": 12.0, "eps": 1e-5},
        x=Draw(shape=(12,)),
        parameters=OWN,
        needs=NEEDS,
    ),
    Case(
        name="small variance",
        check=FLAT,
        arguments={"num_groups": 3.0, "eps": 1e-3},
        x=Draw(shape=(12,), std=2**-7),
        parameters=OWN,
        needs=NEEDS,
    ),
    Case(
        name="large mean",
        check=FLAT,
        arguments={"num_groups": 8.0, "eps": 1e-5},
        x=Draw(shape=(32,), mean=1000.0),
        parameters={"gamma": Draw(shape=(32,), mean=1.0, std=0.5), "beta": Draw(shape=(32,))},
        needs=NEEDS,
    ),
    Case(
        name="channels that do not divide",
        check=Raises(),
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
    reference=group_norm.REFERENCE,
    cases=CASES,
    misconceptions=ONE_POSITION,
    right_variants=VARIANTS,
    forbidden=group_norm.FORBIDDEN,
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
