# exercise: group_norm_affine
# misconception: one_pass_variance
# line: 22
import jax
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        if x.shape[1] != self.channels or self.channels % self.groups:
            raise ValueError("bad channels")
        flat = x.reshape(x.shape[0] * self.groups, -1)
        count = flat.shape[1]
        mean = flat.sum(1) / count
        var = jnp.maximum(jnp.sum(flat * flat, 1) / count - mean * mean, 0.0)
        flat = (flat - mean[:, None]) * jax.lax.rsqrt(var + self.eps)[:, None]
        y = flat.reshape(x.shape[0], self.channels, -1)
        if self.affine:
            y = y * self.param("scale", nn.initializers.ones, (self.channels,))[:, None]
            y = y + self.param("shift", nn.initializers.zeros, (self.channels,))[:, None]
        return y.reshape(x.shape)
