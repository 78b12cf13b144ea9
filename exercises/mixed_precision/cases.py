"""``mixed_group_norm``: half precision in and out, float32 inside."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, Value

from .._group_norm.forbidden import FORBIDDEN
from ._reference import LAYOUT, REFERENCE
from ._right import VARIANTS
from ._wrong import MISCONCEPTIONS

IMAGES, LONG = (2, 3, 5, 12), (1, 200, 4)
EAGER = Value()


def _case(name: str, x: Draw, num_groups: int, eps: float | None, check: Value = EAGER, *, points: float = 1) -> Case:
    channels = x.shape[-1]
    return Case(
        name=name,
        check=check,
        arguments={"num_groups": num_groups, **({} if eps is None else {"eps": eps})},
        x=x,
        parameters={"gamma": Draw(shape=(channels,), mean=1.0, std=0.5), "beta": Draw(shape=(channels,))},
        points=points,
    )


def _half(dtype: str, shape: tuple[int, ...] = IMAGES, mean: float = 0.0, std: float = 1.0) -> Draw:
    return Draw(shape=shape, dtype=dtype, mean=mean, std=std)


CASES = (
    Case(
        name="worked example",
        check=EAGER,
        arguments={"num_groups": 1, "eps": 0.5},
        x=Fixed(values=(300, 301, 302, 305), shape=(1, 2, 2), dtype="float16"),
        parameters={"gamma": Fixed(values=(1, 1), shape=(2,)), "beta": Fixed(values=(0, 0), shape=(2,))},
    ),
    _case("bfloat16", _half("bfloat16"), 4, 1e-5, points=3),
    _case("float16", _half("float16"), 4, 1e-5, points=3),
    _case("bfloat16, large mean", _half("bfloat16", mean=100.0, std=4.0), 4, 1e-5),
    _case("float16, large mean", _half("float16", mean=300.0, std=4.0), 4, 1e-5),
    _case("float16, large spread", _half("float16", std=256.0), 4, 1e-5),
    _case("bfloat16, many values", _half("bfloat16", LONG, mean=3.0), 2, 1e-5),
    _case("float16, many values", _half("float16", LONG, mean=300.0, std=8.0), 2, 1e-5),
    _case("bfloat16, small variance", _half("bfloat16", std=2**-7), 4, 1e-3),
    _case("float16, small variance", _half("float16", std=2**-12), 4, 1e-6),
    _case("eps left to its default", _half("float16", std=2**-9), 4, None),
    _case("bfloat16, under jit", _half("bfloat16"), 4, 1e-5, Value(transform="jit")),
    _case("float16, one group", _half("float16", mean=1.0), 1, 1e-5),
)

SPEC = Exercise(
    title="Half precision in and out, float32 inside",
    order=120,
    entry=Entry(
        name="mixed_group_norm",
        kind="function",
        arguments={"num_groups": int, "eps": float},
        defaults={"eps": 1e-5},
    ),
    reference=REFERENCE,
    cases=CASES,
    misconceptions=MISCONCEPTIONS,
    right_variants=VARIANTS,
    assemble=LAYOUT.assemble,
    forbidden=FORBIDDEN,
    seconds=20.0,  # two dtypes, each with shapes of its own to compile for
    hints=(
        "Follow the dtype from line to line. x comes in half precision; what has the mean of it, and what the square "
        "of a difference? An operation on half precision gives half precision.",
        "Decide where x becomes float32. Whatever was computed before that is as coarse as x, and stays so.",
        "float16 ends at 65,504. Which of the steps makes larger numbers out of values near 300?",
        "gamma, beta and eps need no care as long as what they meet is float32.",
        "Half precision times float32 is float32 in JAX. Which line decides what dtype is returned, and where must it "
        "stand so that nothing is rounded twice?",
    ),
    production="Every layer in use does this: flax.linen, Haiku, Keras and PyTorch take mean and variance in float32 "
    "where the input is in half precision. They differ at the end. flax.linen promotes: with parameters in float32 it "
    "returns float32, unless dtype is given; the others return what came in. bfloat16 has the range of float32 and "
    "three digits fewer than float16, which is why it needs no scaling of the loss, and why sums in it stall: 256 + 1 "
    "is 256. XLA adds up half precision in float32 by itself, and rounds the sum, so that a mean looks better than a "
    "loop would make it. The wide values need not be stored: a compiler fuses the casts into the loop that reads x, so "
    "that memory sees half precision alone, and that is where the time goes.",
)
