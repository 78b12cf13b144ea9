"""Other correct ways to write ``MyGroupNorm`` per position, as whole submissions.

Most are the same module around another ``normalize(x, num_groups, eps)``: x of shape ``(..., C)`` in, the normalised
values in the same shape out. Every case asks each of them, so that eager, under jit and under vmap are all seen, in
float32 and in half precision.
"""

from grader.course import RightVariant

_MODULE = """\
import jax
import jax.numpy as jnp
from flax import linen as nn


{normalize}

class MyGroupNorm(nn.Module):
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

NORMALIZE = {
    "five_steps": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    mean = jnp.mean(grouped, axis=-1, keepdims=True)
    var = jnp.mean((grouped - mean) ** 2, axis=-1, keepdims=True)
    return ((grouped - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
""",
    "jnp_var_and_rsqrt": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1))
    centred = grouped - grouped.mean(-1, keepdims=True)
    return (centred * jax.lax.rsqrt(grouped.var(-1, keepdims=True) + eps)).reshape(x.shape)
""",
    "float32_inside": """
def normalize(x, num_groups, eps):
    grouped = x.astype(jnp.float32).reshape(x.shape[:-1] + (num_groups, -1))
    mean = grouped.mean(-1, keepdims=True)
    var = jnp.square(grouped - mean).mean(-1, keepdims=True)
    return ((grouped - mean) / jnp.sqrt(var + eps)).reshape(x.shape).astype(x.dtype)
""",
    "shifted_one_pass": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1))
    difference = grouped - grouped[..., :1]
    mean = difference.mean(-1, keepdims=True)
    var = jnp.maximum((difference**2).mean(-1, keepdims=True) - mean**2, 0)
    return ((difference - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
""",
    "welford_by_scan": """
def step(carry, value):
    count, mean, m2 = carry
    delta = value - mean
    mean = mean + delta / (count + 1)
    return (count + 1, mean, m2 + delta * (value - mean)), None


def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1)).astype(jnp.float32)
    first = jnp.zeros(grouped.shape[:-1])
    (count, mean, m2), _ = jax.lax.scan(step, (0.0, first, first), jnp.moveaxis(grouped, -1, 0))
    return ((grouped - mean[..., None]) / jnp.sqrt(m2 / count + eps)[..., None]).reshape(x.shape)
""",
    "einsum": """
def normalize(x, num_groups, eps):
    size = x.shape[-1] // num_groups
    grouped = x.reshape(x.shape[:-1] + (num_groups, size))
    centred = grouped - jnp.einsum("...gd->...g", grouped)[..., None] / size
    var = jnp.einsum("...gd,...gd->...g", centred, centred, precision="highest") / size
    return (centred / jnp.sqrt(var + eps)[..., None]).reshape(x.shape)
""",
    "averaging_matrix": """
def normalize(x, num_groups, eps):
    channels = x.shape[-1]
    of = jnp.arange(channels) // (channels // num_groups)
    average = (of[:, None] == of[None, :]).astype(x.dtype) * num_groups / channels
    centred = x - jnp.matmul(x, average, precision="highest")
    var = jnp.matmul(centred**2, average, precision="highest")
    return centred / jnp.sqrt(var + eps)
""",
    "split_and_concatenate": """
def normalize(x, num_groups, eps):
    parts = []
    for part in jnp.split(x, num_groups, axis=-1):
        mean = part.mean(axis=-1, keepdims=True)
        var = ((part - mean) ** 2).mean(axis=-1, keepdims=True)
        parts.append((part - mean) / (var + eps) ** 0.5)
    return jnp.concatenate(parts, axis=-1)
""",
    "vmap_of_one_position": """
def normalize(x, num_groups, eps):
    def one_group(values):
        return (values - values.mean()) / jnp.sqrt(jnp.var(values) + eps)

    rows = x.reshape(-1, x.shape[-1] // num_groups)
    return jax.vmap(one_group)(rows).reshape(x.shape)
""",
    "segment_sums": """
def normalize(x, num_groups, eps):
    size = x.shape[-1] // num_groups
    of = jnp.arange(x.shape[-1]) // size
    last_first = jnp.moveaxis(x, -1, 0)
    mean = jax.ops.segment_sum(last_first, of, num_groups) / size
    centred = last_first - mean[of]
    var = jax.ops.segment_sum(centred**2, of, num_groups) / size
    return jnp.moveaxis(centred / jnp.sqrt(var + eps)[of], 0, -1)
""",
    "masked_means": """
def normalize(x, num_groups, eps):
    channels = jnp.arange(x.shape[-1])
    of = channels // (x.shape[-1] // num_groups)
    member = of == jnp.arange(num_groups)[:, None]
    repeated = jnp.broadcast_to(x[..., None, :], (*x.shape[:-1], num_groups, x.shape[-1]))
    mean = jnp.mean(repeated, axis=-1, where=member)
    var = jnp.var(repeated, axis=-1, where=member)
    return (x - mean[..., of]) / jnp.sqrt(var[..., of] + eps)
""",
    "loop_over_groups": """
def normalize(x, num_groups, eps):
    size = x.shape[-1] // num_groups
    y = jnp.zeros_like(x)
    for start in range(0, x.shape[-1], size):
        part = x[..., start : start + size]
        std = jnp.sqrt(part.std(-1, keepdims=True) ** 2 + eps)
        y = y.at[..., start : start + size].set((part - part.mean(-1, keepdims=True)) / std)
    return y
""",
    "fori_loop": """
def one_group(index, carry):
    groups, eps = carry
    group = jax.lax.dynamic_index_in_dim(groups, index, keepdims=False)
    centred = group - group.mean(-1, keepdims=True)
    group = centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + eps)
    return groups.at[index].set(group.astype(groups.dtype)), eps


def normalize(x, num_groups, eps):
    groups = jnp.stack(jnp.split(x, num_groups, axis=-1))
    groups, _ = jax.lax.fori_loop(0, num_groups, one_group, (groups, eps))
    return jnp.concatenate(list(groups), axis=-1)
""",
    "pairs_of_values": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1))
    differences = grouped[..., :, None] - grouped[..., None, :]
    var = (differences**2).mean((-2, -1))[..., None] / 2
    return (differences.mean(-1) / jnp.sqrt(var + eps)).reshape(x.shape)
""",
    "centred_twice": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1))
    centred = grouped - grouped.mean(-1, keepdims=True)
    centred = centred - centred.mean(-1, keepdims=True)
    return (centred * jax.lax.rsqrt(jnp.mean(centred * centred, -1, keepdims=True) + eps)).reshape(x.shape)
""",
    "vectorized": """
from functools import partial


def normalize(x, num_groups, eps):
    @partial(jnp.vectorize, signature="(c)->(c)")
    def one_position(row):
        groups = jnp.stack(jnp.split(row, num_groups))
        mean, var = groups.mean(1, keepdims=True), groups.var(1, keepdims=True)
        return ((groups - mean) * (var + eps) ** -0.5).ravel()

    return one_position(x)
""",
    "folded": """
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1))
    mean = grouped.mean(-1, keepdims=True)
    scale = 1 / jnp.sqrt(grouped.var(-1, keepdims=True) + eps)
    return (grouped * scale - mean * scale).reshape(x.shape)
""",
    "jitted_core": """
from functools import partial


@partial(jax.jit, static_argnums=1)
def normalize(x, num_groups, eps):
    grouped = x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    mean = jnp.mean(grouped, axis=-1, keepdims=True)
    var = jnp.var(grouped, axis=-1, keepdims=True)
    return ((grouped - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
""",
}

# Whole modules, where the difference lies in the affine step or in the parameters.
_WHOLE = {
    "affine_in_groups": """
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        shape = (self.num_groups, x.shape[-1] // self.num_groups)
        grouped = x.reshape(x.shape[:-1] + shape)
        gamma = self.param("gamma", lambda key: jnp.ones(x.shape[-1:]))
        beta = self.param("beta", lambda key: jnp.zeros(x.shape[-1:]))
        centred = grouped - grouped.mean(-1, keepdims=True)
        normalized = centred / jnp.sqrt(jnp.mean(jnp.abs(centred) ** 2, -1, keepdims=True) + self.eps)
        return (normalized * gamma.reshape(shape) + beta.reshape(shape)).reshape(x.shape)
""",
    "one_multiplication": """
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def setup(self):
        if self.num_groups < 1:
            raise ValueError("num_groups must be positive")

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        assert channels % self.num_groups == 0
        gamma = self.param("gamma", nn.initializers.constant(1.0), (channels,))
        beta = self.param("beta", nn.initializers.constant(0.0), (channels,))
        size = channels // self.num_groups
        grouped = x.reshape(x.shape[:-1] + (-1, size))
        mean = jnp.repeat(grouped.mean(-1), size, axis=-1)
        scale = gamma / jnp.sqrt(jnp.repeat(grouped.var(-1), size, axis=-1) + self.eps)
        return x * scale + (beta - mean * scale)
""",
    "dtype_of_x": """
import jax
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError("channels must be divisible by num_groups")
        gamma = self.param("gamma", nn.initializers.ones_init(), (channels,), jnp.float32)
        beta = self.param("beta", nn.initializers.zeros_init(), (channels,), jnp.float32)
        groups = jnp.split(x, self.num_groups, axis=-1)
        mean = jnp.stack([jnp.mean(group, axis=-1) for group in groups], axis=-1)
        of = jnp.arange(channels) // (channels // self.num_groups)
        centred = x - jnp.take(mean, of, axis=-1)
        var = jnp.stack([jnp.mean(part**2, axis=-1) for part in jnp.split(centred, self.num_groups, axis=-1)], axis=-1)
        normalized = centred * jax.lax.rsqrt(jnp.take(var, of, axis=-1) + jnp.asarray(self.eps, x.dtype))
        return normalized * gamma.astype(x.dtype) + beta.astype(x.dtype)
""",
}

_SOURCES = {
    **{name: _MODULE.format(normalize=text.strip() + "\n") for name, text in NORMALIZE.items()},
    **{name: text.lstrip("\n") for name, text in _WHOLE.items()},
}

VARIANTS = tuple(RightVariant(name=name, source=source) for name, source in _SOURCES.items())
