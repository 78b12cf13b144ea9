"""Other correct ways to write ``GroupNorm`` with channels last, as whole submissions."""

from .._group_norm.right.sample import NORMALIZE_LAST, ROWS_LAST, variants

_MODULE = """\
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

_WHOLE = {
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

VARIANTS = variants(_MODULE, ROWS_LAST, NORMALIZE_LAST, _WHOLE)
