# exercise: group_norm_affine
# misconception: shift_without_affine
# line: 24
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
        bc = (-1,) + (1,) * (x.ndim - 2)
        g = x.reshape(x.shape[0], self.groups, -1)
        g = g - g.mean(-1, keepdims=True)
        y = (g / jnp.sqrt((g**2).mean(-1, keepdims=True) + self.eps)).reshape(x.shape)
        if self.affine:
            y = y * self.param("scale", nn.initializers.ones, (self.channels,)).reshape(bc)
        return y + self.param("shift", nn.initializers.zeros, (self.channels,)).reshape(bc)
