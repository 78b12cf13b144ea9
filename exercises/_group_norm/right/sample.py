"""Other correct ways to write ``GroupNorm`` per sample, as parts of whole submissions: how they normalise.

The ways of one position serve again: a sample's channels, each with all its positions, are laid end to end, and groups
of adjacent values are normalised. Ways that are natural only with several axes stand here for channels last; an
exercise adds its module, and its own.
"""

from grader.course import RightVariant

from .position import NORMALIZE

ROWS_LAST = """
def normalize(x, num_groups, eps):
    first = jnp.moveaxis(x, -1, 1)
    return jnp.moveaxis(normalize_rows(first.reshape(len(x), -1), num_groups, eps).reshape(first.shape), 1, -1)
"""

# Of one position: those that differ in how they add up.
_ROWS = (
    "float32_inside",
    "shifted_one_pass",
    "welford_by_scan",
    "averaging_matrix",
    "vmap_of_one_position",
    "segment_sums",
    "masked_means",
    "fori_loop",
    "pairs_of_values",
    "folded",
)

NORMALIZE_LAST = {
    "axes_of_all_positions": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    axes = tuple(range(1, x.ndim - 1)) + (x.ndim,)
    mean = jnp.mean(grouped, axis=axes, keepdims=True)
    var = jnp.var(grouped, axis=axes, keepdims=True)
    return ((grouped - mean) * jax.lax.rsqrt(var + eps)).reshape(x.shape)
""",
    "positions_in_one_axis": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    centred = grouped - grouped.mean((1, 3), keepdims=True)
    std = jnp.sqrt((centred**2).mean((1, 3), keepdims=True) + eps)
    return (centred / std).reshape(x.shape)
""",
    "channels_first_then_groups": """
def to_groups(values, num_groups):
    size = values.shape[1] // num_groups
    return jnp.repeat(values.reshape(len(values), num_groups, size).mean(-1), size, axis=1)[:, None]


def normalize(x, num_groups, eps):
    flat = x.reshape(x.shape[0], -1, x.shape[-1])
    centred = flat - to_groups(flat.mean(1), num_groups)
    var = to_groups((centred**2).mean(1), num_groups)
    return (centred / jnp.sqrt(var + eps)).reshape(x.shape)
""",
    "vmap_over_samples": """
def normalize(x, num_groups, eps):
    def one_sample(sample):
        parts = jnp.stack(jnp.split(sample, num_groups, axis=-1))
        rows = parts.reshape(num_groups, -1)
        rows = (rows - rows.mean(1)[:, None]) / jnp.sqrt(rows.var(1) + eps)[:, None]
        return jnp.concatenate(list(rows.reshape(parts.shape)), axis=-1)

    return jax.vmap(one_sample)(x)
""",
    "split_and_concatenate": """
def normalize(x, num_groups, eps):
    parts = []
    for part in jnp.split(x, num_groups, axis=-1):
        axes = tuple(range(1, part.ndim))
        part = part - part.mean(axes, keepdims=True)
        parts.append(part / jnp.sqrt(jnp.square(part).mean(axes, keepdims=True) + eps))
    return jnp.concatenate(parts, axis=-1)
""",
    "einsum": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    count = grouped.shape[1] * grouped.shape[3]
    centred = grouped - jnp.einsum("npgd->ng", grouped)[:, None, :, None] / count
    var = jnp.einsum("npgd,npgd->ng", centred, centred, precision="highest") / count
    return (centred / jnp.sqrt(var + eps)[:, None, :, None]).reshape(x.shape)
""",
    "jitted_transpose": """
from functools import partial


@partial(jax.jit, static_argnums=1)
def normalize(x, num_groups, eps):
    order = (0, x.ndim - 1, *range(1, x.ndim - 1))
    first = x.transpose(order)
    rows = first.reshape(x.shape[0], num_groups, -1)
    rows = (rows - rows.mean(-1, keepdims=True)) / jnp.sqrt(rows.var(-1, keepdims=True) + eps)
    return rows.reshape(first.shape).transpose((0, *range(2, x.ndim), 1))
""",
    "variances_and_means_merged": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    means, variances = grouped.mean(-1, keepdims=True), grouped.var(-1, keepdims=True)
    var = variances.mean(1, keepdims=True) + means.var(1, keepdims=True)
    return ((grouped - means.mean(1, keepdims=True)) / jnp.sqrt(var + eps)).reshape(x.shape)
""",
}


def _of_rows(name: str) -> str:
    return NORMALIZE[name].replace("def normalize(", "def normalize_rows(").rstrip() + "\n\n"


def variants(module: str, rows: str, normalize: dict[str, str], whole: dict[str, str]) -> tuple[RightVariant, ...]:
    texts = {**{name: _of_rows(name) + rows for name in _ROWS}, **normalize}
    sources = {**{name: module.format(normalize=text.strip() + "\n") for name, text in texts.items()}, **whole}
    return tuple(RightVariant(name=name, source=source) for name, source in sources.items())
