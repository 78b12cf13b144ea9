# exercise: group_norm_affine
# misconception: affine_ignored
# line: 18, 19
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
        scale = self.param("scale", nn.initializers.ones, (self.channels,))
        shift = self.param("shift", nn.initializers.zeros, (self.channels,))
        g = x.reshape(x.shape[0], self.groups, -1)
        g = (g - g.mean(-1, keepdims=True)) / jnp.sqrt(g.var(-1, keepdims=True) + self.eps)
        y = g.reshape(x.shape)
        if self.affine:
            bc = (1, -1) + (1,) * (x.ndim - 2)
            y = y * scale.reshape(bc) + shift.reshape(bc)
        return y
