"""Other correct ways to write ``GroupNorm`` per sample, as whole submissions: channels last, channels second, and NNX.

Those of one position serve again: a sample's channels, each with all its positions, are laid end to end, and groups of
adjacent values are normalised. What is natural only with several axes stands here.
"""

from exercises._shared.group_norm_variants import NORMALIZE
from exercises.spec import RightVariant

_LAST = """\
import jax
import jax.numpy as jnp
from flax import linen as nn


{normalize}

class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups != 0:
            raise ValueError("channels must be divisible by num_groups")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        return gamma * normalize(x, self.num_groups, self.eps) + beta
"""

_ROWS_LAST = """
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

_NORMALIZE_LAST = {
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

_WHOLE_LAST = {
    "one_multiplication": """\
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        samples, *spatial, channels = x.shape
        assert channels % self.num_groups == 0
        gamma = self.param("gamma", nn.initializers.constant(1.0), (channels,))
        beta = self.param("beta", nn.initializers.constant(0.0), (channels,))
        size = channels // self.num_groups
        rows = jnp.moveaxis(x, -1, 1).reshape(samples, self.num_groups, -1)
        one = (samples, *[1] * len(spatial), channels)
        mean = jnp.repeat(rows.mean(-1), size, axis=-1).reshape(one)
        scale = gamma / jnp.sqrt(jnp.repeat(rows.var(-1), size, axis=-1).reshape(one) + self.eps)
        return x * scale + (beta - mean * scale)
""",
}

_SECOND = """\
import jax
import jax.numpy as jnp
from flax import linen as nn


{normalize}

class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        if x.shape[1] != self.channels or self.channels % self.groups != 0:
            raise ValueError("the channels are not those of the layer, or do not divide")
        y = normalize(x, self.groups, self.eps)
        if not self.affine:
            return y
        shape = (-1,) + (1,) * (x.ndim - 2)
        scale = self.param("scale", nn.initializers.ones, (self.channels,))
        shift = self.param("shift", nn.initializers.zeros, (self.channels,))
        return scale.reshape(shape) * y + shift.reshape(shape)
"""

_ROWS_SECOND = """
def normalize(x, num_groups, eps):
    return normalize_rows(x.reshape(len(x), -1), num_groups, eps).reshape(x.shape)
"""

_NORMALIZE_SECOND = {
    "one_reshape": """
def normalize(x, num_groups, eps):
    rows = x.reshape(x.shape[0], num_groups, -1)
    rows = rows - jnp.mean(rows, axis=2, keepdims=True)
    return (rows * jax.lax.rsqrt(jnp.mean(jnp.square(rows), axis=2, keepdims=True) + eps)).reshape(x.shape)
""",
    "axes_of_all_positions": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[0], num_groups, x.shape[1] // num_groups, *x.shape[2:])
    axes = tuple(range(2, grouped.ndim))
    mean, var = grouped.mean(axes, keepdims=True), grouped.var(axes, keepdims=True)
    return ((grouped - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
""",
    "channels_moved_last": """
def normalize(x, num_groups, eps):
    last = jnp.moveaxis(x, 1, -1)
    grouped = last.reshape(x.shape[0], -1, num_groups, x.shape[1] // num_groups)
    centred = grouped - grouped.mean((1, 3), keepdims=True)
    grouped = centred / jnp.sqrt((centred**2).mean((1, 3), keepdims=True) + eps)
    return jnp.moveaxis(grouped.reshape(last.shape), -1, 1)
""",
    "split_and_concatenate": """
def normalize(x, num_groups, eps):
    parts = []
    for part in jnp.split(x, num_groups, axis=1):
        axes = tuple(range(1, part.ndim))
        parts.append((part - part.mean(axes, keepdims=True)) / (part.var(axes, keepdims=True) + eps) ** 0.5)
    return jnp.concatenate(parts, axis=1)
""",
    "vmap_over_samples_and_groups": """
def normalize(x, num_groups, eps):
    def one_group(group):
        return (group - group.mean()) / jnp.sqrt(group.var() + eps)

    grouped = x.reshape(x.shape[0], num_groups, x.shape[1] // num_groups, *x.shape[2:])
    return jax.vmap(jax.vmap(one_group))(grouped).reshape(x.shape)
""",
    "guarded_half": """
def normalize(x, num_groups, eps):
    wide = jnp.promote_types(x.dtype, jnp.float32)
    rows = x.astype(wide).reshape(x.shape[0] * num_groups, -1)
    mean = rows.mean(1)[:, None]
    std = jnp.sqrt(((rows - mean) ** 2).sum(1) / rows.shape[1] + eps)[:, None]
    return ((rows - mean) / std).reshape(x.shape)
""",
}

_WHOLE_SECOND = {
    "setup_and_one_multiplication": """\
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    def setup(self):
        if self.channels % self.groups:
            raise ValueError("groups must divide channels")
        if self.affine:
            self.scale = self.param("scale", nn.initializers.ones_init(), (self.channels,))
            self.shift = self.param("shift", nn.initializers.zeros_init(), (self.channels,))

    def __call__(self, x):
        assert x.shape[1] == self.channels
        rows = x.reshape(x.shape[0], self.groups, -1)
        size = self.channels // self.groups
        mean, factor = rows.mean(-1), 1 / jnp.sqrt(rows.var(-1) + self.eps)
        mean, factor = (jnp.repeat(a, size, axis=1).reshape(*x.shape[:2], *[1] * (x.ndim - 2)) for a in (mean, factor))
        if not self.affine:
            return (x - mean) * factor
        column = (-1, *[1] * (x.ndim - 2))
        factor = factor * self.scale.reshape(column)
        return x * factor + (self.shift.reshape(column) - mean * factor)
""",
    "checked_at_once": """\
import jax
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    def __post_init__(self):
        super().__post_init__()
        if self.channels % self.groups:
            raise ValueError("groups must divide channels")

    @nn.compact
    def __call__(self, x):
        samples, channels, *further = x.shape
        if channels != self.channels:
            raise TypeError("other channels")
        flat = x.reshape(samples, channels, -1)
        rows = flat.reshape(samples, self.groups, -1)
        centred = rows - rows.mean(-1, keepdims=True)
        flat = (centred * jax.lax.rsqrt(centred.var(-1, keepdims=True) + self.eps)).reshape(flat.shape)
        if self.affine:
            scale = self.param("scale", lambda key: jnp.ones(channels))
            shift = self.param("shift", lambda key: jnp.zeros(channels))
            flat = jnp.einsum("c,ncp->ncp", scale, flat) + shift[:, None]
        return flat.reshape(x.shape)
""",
}

_NNX = """\
import jax
import jax.numpy as jnp
from flax import nnx


{normalize}

class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        if num_features % num_groups != 0:
            raise ValueError("num_features must be divisible by num_groups")
        self.num_features, self.num_groups, self.eps = num_features, num_groups, eps
        self.gamma = nnx.Param(jnp.ones((num_features,)))
        self.beta = nnx.Param(jnp.zeros((num_features,)))

    def __call__(self, x):
        if x.shape[-1] != self.num_features:
            raise ValueError("x must have num_features channels")
        return self.gamma * normalize(x, self.num_groups, self.eps) + self.beta
"""

_WHOLE_NNX = {
    "initializers_and_one_multiplication": """\
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features: int, num_groups: int, eps: float = 1e-5, *, rngs: nnx.Rngs):
        assert num_features % num_groups == 0
        self.gamma = nnx.Param(nnx.initializers.ones(rngs.params(), (num_features,)))
        self.beta = nnx.Param(nnx.initializers.zeros(rngs.params(), (num_features,)))
        self.groups, self.eps = num_groups, eps

    def __call__(self, x):
        gamma, beta = self.gamma[...], self.beta[...]
        samples, *spatial, channels = x.shape
        assert gamma.shape == (channels,)
        size = channels // self.groups
        rows = jnp.moveaxis(x, -1, 1).reshape(samples, self.groups, -1)
        one = (samples, *[1] * len(spatial), channels)
        mean = jnp.repeat(rows.mean(-1), size, axis=-1).reshape(one)
        scale = gamma / jnp.sqrt(jnp.repeat(rows.var(-1), size, axis=-1).reshape(one) + self.eps)
        return x * scale + (beta - mean * scale)
""",
    "random_numbers_and_eps_kept": """\
import jax
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        self.rngs = rngs
        self.eps = nnx.Variable(jnp.float32(eps))
        self.cut = lambda x: x.reshape(*x.shape[:-1], num_groups, num_features // num_groups)
        self.cut(jnp.zeros(num_features))
        self.gamma = nnx.Param(jnp.full(num_features, 1.0))
        self.beta = nnx.Param(jnp.full(num_features, 0.0))

    def __call__(self, x):
        grouped = self.cut(x)
        axes = (*range(1, x.ndim - 1), -1)
        grouped = grouped - grouped.mean(axes, keepdims=True)
        var = (grouped**2).mean(axes, keepdims=True)
        y = (grouped / jnp.sqrt(var + self.eps[...])).reshape(x.shape)
        return y * self.gamma[...] + self.beta[...]
""",
}


def _of_rows(name: str) -> str:
    return NORMALIZE[name].replace("def normalize(", "def normalize_rows(").rstrip() + "\n\n"


def _variants(module: str, rows: str, normalize: dict[str, str], whole: dict[str, str]) -> tuple[RightVariant, ...]:
    texts = {**{name: _of_rows(name) + rows for name in _ROWS}, **normalize}
    sources = {**{name: module.format(normalize=text.strip() + "\n") for name, text in texts.items()}, **whole}
    return tuple(RightVariant(name=name, source=source) for name, source in sources.items())


CHANNELS_LAST = _variants(_LAST, _ROWS_LAST, _NORMALIZE_LAST, _WHOLE_LAST)
CHANNELS_SECOND = _variants(_SECOND, _ROWS_SECOND, _NORMALIZE_SECOND, _WHOLE_SECOND)
NNX = _variants(_NNX, _ROWS_LAST, _NORMALIZE_LAST, _WHOLE_NNX)
