"""``group_norm`` with a gradient of its own: values, three gradients, and what is kept for the way back."""

from grader.course import Case, Check, Draw, Entry, Exercise, Fixed, Gradient, Raises, Residuals, Value

from .._group_norm.forbidden import FORBIDDEN
from .._group_norm.parts import assemble
from ._reference import REFERENCE, needed
from ._right import VARIANTS
from ._wrong import MISCONCEPTIONS

OWN = {"gamma": Draw(shape=(12,), mean=1.0, std=0.5), "beta": Draw(shape=(12,))}
# Every new pair of shape and num_groups makes JAX compile anew.
POSITIONS = (4, 5, 12)
EAGER = Value()
SMALL = Draw(shape=POSITIONS, std=2**-7)
COTANGENT = Draw(shape=POSITIONS, mean=0.5)


def _case(
    name: str,
    x: Draw,
    num_groups: int = 3,
    eps: float | None = 1e-5,
    check: Check = EAGER,
    *,
    points: float = 1,
    needs: tuple[str, ...] = (),
) -> Case:
    """A case with gamma and beta of its own; eps may be left to the function's default."""
    arguments = {"num_groups": num_groups, **({} if eps is None else {"eps": eps})}
    return Case(name=name, check=check, arguments=arguments, x=x, parameters=OWN, points=points, needs=needs)


OF_ITS_OWN = "a gradient of its own"
RIGHT_VALUES = ("positions", "small variance")

CASES = (
    Case(
        name="worked example",
        check=EAGER,
        arguments={"num_groups": 1, "eps": 1e-5},
        x=Fixed(values=(0, 3, 6), shape=(3,)),
        parameters={
            "gamma": Fixed(values=(1, 1, 1), shape=(3,)),
            "beta": Fixed(values=(0, 0, 0), shape=(3,)),
        },
    ),
    _case("positions", Draw(shape=POSITIONS, mean=0.5)),
    _case("one group", Draw(shape=POSITIONS), 1, 1e-4),
    _case("pairs of channels", Draw(shape=(8, 12), std=2.0), 6),
    _case("small variance", SMALL, 3, 1e-3),
    _case("eps left to its default", SMALL, 3, None),
    _case("large eps", Draw(shape=POSITIONS), 3, 0.5),
    _case("large mean", Draw(shape=POSITIONS, mean=1000.0, std=0.5)),
    _case("groups all the same", Draw(shape=POSITIONS, mean=2.0, same_along=(-1,))),
    _case("under vmap", Draw(shape=POSITIONS), check=Value(transform="vmap")),
    _case(
        OF_ITS_OWN,
        Draw(shape=POSITIONS),
        check=Raises(rule="jax.custom_vjp shuts out forward mode, so that jax.jvp must fail", transform="forward"),
        needs=RIGHT_VALUES,
    ),
    Case(
        name="worked example, the gradient of x",
        check=Gradient(cotangent=Fixed(values=(1, 0, 0), shape=(3,))),
        arguments={"num_groups": 1, "eps": 1e-5},
        x=Fixed(values=(0, 3, 6), shape=(3,)),
        parameters={
            "gamma": Fixed(values=(1, 1, 1), shape=(3,)),
            "beta": Fixed(values=(0, 0, 0), shape=(3,)),
        },
        needs=("worked example", OF_ITS_OWN),
    ),
    *(
        _case(
            f"the gradient of {of}",
            Draw(shape=POSITIONS, mean=0.5, std=2.0),
            check=Gradient(cotangent=COTANGENT, of=of),
            points=2,
            needs=(*RIGHT_VALUES, OF_ITS_OWN),
        )
        for of in ("gamma", "beta", "x")
    ),
    _case(
        "the gradient of x, pairs of channels",
        Draw(shape=(8, 12), std=2.0),
        6,
        check=Gradient(cotangent=Draw(shape=(8, 12))),
        needs=(*RIGHT_VALUES, OF_ITS_OWN),
    ),
    _case(
        "the gradient of x, small variance",
        SMALL,
        3,
        1e-3,
        Gradient(cotangent=COTANGENT),
        needs=(*RIGHT_VALUES, OF_ITS_OWN),
    ),
    Case(
        name="what is kept",
        check=Residuals(needed=needed),
        arguments={"num_groups": 2, "eps": 1e-5},
        x=Draw(shape=(32, 64)),
        parameters={"gamma": Draw(shape=(64,), mean=1.0, std=0.5), "beta": Draw(shape=(64,))},
        points=2,
        needs=RIGHT_VALUES,
    ),
    Case(
        name="channels that do not divide",
        check=Raises(rule="12 channels do not split into num_groups=5"),
        arguments={"num_groups": 5},
        x=Draw(shape=POSITIONS),
        parameters=OWN,
        needs=("positions",),
    ),
)

SPEC = Exercise(
    title="The gradient of group normalization, by hand",
    order=105,
    entry=Entry(
        name="group_norm",
        kind="function",
        arguments={"num_groups": int, "eps": float},
        defaults={"eps": 1e-5},
    ),
    reference=REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=assemble,
    forbidden=FORBIDDEN,
    hints=(
        "Begin with the way there, without any gradient: it is the function of the exercises before this one. Only "
        "then split it into what returns the output and what returns more than that.",
        "With `nondiff_argnums=(3, 4)` the way there still takes all five arguments in their order. The way back is "
        "called with those two first, then with what was kept, then with the cotangent.",
        "beta is the simplest: it is added to every position. If it moves by 1, by how much does each output move, and "
        "by how much their weighted sum? gamma differs only in what it multiplies.",
        "The gradients of gamma and beta must come back in their own shape, however many axes of positions x has.",
        "What the gradient of x begins with is the gradient with respect to the normalised values. Take all means of "
        "it, group by group, in the shape in which the groups have an axis of their own.",
        "Add up a group's gradient with respect to x: it must be 0. So must the sum of its products with the "
        "normalised values, as long as eps does not matter. Which term sees to which?",
        "If only what is kept is too much, look at what you return beside the output. The normalised values are not "
        "needed, if x, the mean and the inverse standard deviation are there.",
    ),
    production="This is what layers for training do: PyTorch's and Apex's kernels keep x, the mean and the inverse "
    "standard deviation; so does this project's own. The way back of a kernel goes through x and the cotangent twice, "
    "once for the two means and once for the result, and adds up the gradients of gamma and beta in pieces, since "
    "they run across all samples while everything else stays within one. Some keep the normalised values or the "
    "output instead of x: the output serves only if gamma is nowhere 0. The other way to keep little is "
    "`jax.checkpoint`, which runs the way there again and needs no formula. A custom_vjp shuts out forward mode; "
    "where Hessians are wanted, a custom_jvp with a linear rule gives both ways, and keeps what JAX finds it needs.",
)
