# exercise: group_norm_affine
# misconception: affine_along_last
# line: 25
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
        g = x.reshape(x.shape[0], self.groups, -1)
        mean = g.mean(-1, keepdims=True)
        var = jnp.mean((g - mean) ** 2, -1, keepdims=True)
        y = ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape)
        if self.affine:
            scale = self.param("scale", nn.initializers.ones, (self.channels,))
            shift = self.param("shift", nn.initializers.zeros, (self.channels,))
            y = scale * y + shift
        return y
