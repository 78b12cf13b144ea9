"""``ws_conv``: a convolution whose kernel is standardised, as it is used before group normalization."""

from grader.course import Case, Draw, Entry, Exercise, Fixed, RightVariant, Value

from .._group_norm.forbidden import FORBIDDEN
from ._reference import REFERENCE, assemble
from ._wrong import MISCONCEPTIONS

IMAGES, KERNEL = (2, 4, 5, 3), (3, 2, 3, 4)
EAGER = Value()


def _case(name: str, kernel: Draw, eps: float | None = 1e-5, check: Value = EAGER, *, points: float = 1) -> Case:
    return Case(
        name=name,
        check=check,
        arguments={} if eps is None else {"eps": eps},
        x=Draw(shape=IMAGES, mean=0.5),
        parameters={"kernel": kernel},
        points=points,
    )


CASES = (
    Case(
        name="worked example",
        check=EAGER,
        arguments={"eps": 3},
        x=Fixed(values=(1, 5, 2), shape=(1, 1, 3, 1)),
        parameters={"kernel": Fixed(values=(1, 4, 3, 4), shape=(1, 2, 1, 2))},
    ),
    _case("images", Draw(shape=KERNEL, mean=0.5), points=3),
    _case("a large kernel", Draw(shape=KERNEL, std=4.0)),
    _case("a shifted kernel", Draw(shape=KERNEL, mean=8.0)),
    _case("a small kernel", Draw(shape=KERNEL, std=2**-7), 1e-3),
    _case("eps left to its default", Draw(shape=KERNEL, std=2**-7), None),
    _case("outputs of constant weights", Draw(shape=KERNEL, mean=2.0, same_along=(0, 1, 2))),
    _case("a kernel of one pixel", Draw(shape=(1, 1, 3, 4))),
    _case("as many of everything", Draw(shape=(3, 3, 3, 3))),
    _case("under jit", Draw(shape=KERNEL), 1e-5, Value(transform="jit")),
)

SITUATIONS = (
    _case("a far shifted kernel", Draw(shape=KERNEL, mean=1000.0, std=0.25)),
    _case("one output", Draw(shape=(3, 2, 3, 1))),
    _case("one pixel and one output", Draw(shape=(1, 1, 3, 1))),
)

_HEAD = "import jax\nimport jax.numpy as jnp\nfrom jax import lax\n\n\n"
_SOURCES = {
    "lax_conv": """
def ws_conv(x, kernel, eps=1e-5):
    mean, var = (f(kernel, axis=(0, 1, 2)) for f in (jnp.mean, jnp.var))
    kernel = (kernel - mean) * lax.rsqrt(var + eps)
    dims = lax.conv_dimension_numbers(x.shape, kernel.shape, ("NHWC", "HWIO", "NHWC"))
    return lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=dims)
""",
    "as_torch_does": """
def ws_conv(x, kernel, eps=1e-5):
    weight = jnp.transpose(kernel, (3, 2, 0, 1))
    rows = weight.reshape(weight.shape[0], -1)
    rows = rows - rows.mean(1, keepdims=True)
    rows = rows / jnp.sqrt((rows**2).mean(1, keepdims=True) + eps)
    y = lax.conv(jnp.moveaxis(x, 3, 1), rows.reshape(weight.shape), (1, 1), "VALID")
    return jnp.moveaxis(y, 1, 3)
""",
    "tap_by_tap": """
def ws_conv(x, kernel, eps=1e-5):
    height, width = kernel.shape[:2]
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    flat = kernel.reshape(-1, kernel.shape[-1])
    centred = flat - flat.mean(0)
    kernel = (centred / (centred.var(0) + eps) ** 0.5).reshape(kernel.shape)
    return sum(
        x[:, i : i + rows, j : j + columns] @ kernel[i, j] for i in range(height) for j in range(width)
    )
""",
    "scaled_afterwards": """
def ws_conv(x, kernel, eps=1e-5):
    centred = kernel - jnp.mean(kernel, axis=(0, 1, 2), keepdims=True)
    std = jnp.sqrt(jnp.mean(jnp.square(centred), axis=(0, 1, 2)) + eps)
    y = lax.conv_general_dilated(x, centred, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return y / std
""",
}

SPEC = Exercise(
    title="Weight standardization",
    order=140,
    entry=Entry(name="ws_conv", kind="function", arguments={"eps": float}, defaults={"eps": 1e-5}),
    reference=REFERENCE,
    cases=CASES,
    situations=SITUATIONS,
    misconceptions=MISCONCEPTIONS,
    right_variants=tuple(RightVariant(name=n, source=_HEAD + text.lstrip("\n")) for n, text in _SOURCES.items()),
    assemble=assemble,
    forbidden=tuple(name for name in FORBIDDEN if name != "jax.nn.standardize"),  # not what is to be learned here
    seconds=20.0,  # four shapes of convolutions to compile
    hints=(
        "Write down what each axis of the kernel counts. Which weights are added up in one value of the output? They "
        "share a mean and a variance.",
        "A mean over those axes leaves one number for each output channel, and lines up with the last axis.",
        "The formula is that of a norm, applied to the kernel. x plays no part in it.",
        "jax.lax.conv_general_dilated takes strides, a padding by name, and the layouts of x, of the kernel and of the "
        "output as three strings. N, H, W and C name the axes of x; H, W, I and O those of the kernel.",
        "Try the worked example, whose outputs can be added up by hand.",
    ),
    production="Weight standardization goes with group normalization: in the paper (Qiao et al., 2019) the two "
    "together, with one or two images a device, reach what batch norm reaches with many, and Big "
    "Transfer's ResNets are built of them. Convolutions there have strides and padding too; the kernel is "
    "standardised on every call, and the parameter stays as it is, so that the optimiser moves the raw "
    "weights. Since scale and shift of the raw kernel change nothing, its gradient has no part along "
    "them. The variant of NFNets divides by the root of the number of weights too, and has a gain for "
    "each output, because no norm comes after it. Code differs in eps: the paper's adds 1e-5 to a "
    "standard deviation, Big Transfer's 1e-10 to a variance.",
)
