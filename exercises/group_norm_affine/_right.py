"""Other correct ways to write ``GroupNorm`` with channels second, as whole submissions."""

from .._group_norm.right.sample import variants

_MODULE = """\
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

_ROWS = """
def normalize(x, num_groups, eps):
    return normalize_rows(x.reshape(len(x), -1), num_groups, eps).reshape(x.shape)
"""

_NORMALIZE = {
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

_WHOLE = {
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

VARIANTS = variants(_MODULE, _ROWS, _NORMALIZE, _WHOLE)
