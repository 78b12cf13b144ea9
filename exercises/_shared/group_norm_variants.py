"""Other correct ways to write ``MyGroupNorm`` per position, as whole submissions.

Each is the same module around another ``normalize(x, num_groups, eps)``: x of shape ``(..., C)`` in, the normalised
values in the same shape out.
"""

from exercises.spec import RightVariant

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

_NORMALIZE = {
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
def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1)).astype(jnp.float32)
    first = jnp.zeros(grouped.shape[:-1])

    def step(carry, value):
        count, mean, m2 = carry
        delta = value - mean
        mean = mean + delta / (count + 1)
        return (count + 1, mean, m2 + delta * (value - mean)), None

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

VARIANTS = tuple(
    RightVariant(name=name, source=_MODULE.format(normalize=text.strip() + "\n")) for name, text in _NORMALIZE.items()
)
