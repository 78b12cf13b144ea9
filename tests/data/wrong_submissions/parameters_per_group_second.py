# exercise: group_norm_affine
# misconception: parameters_per_group
# line: 21
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
        g = (g - g.mean(-1, keepdims=True)) / jnp.sqrt(g.var(-1, keepdims=True) + self.eps)
        if self.affine:
            scale = self.param("scale", nn.initializers.ones, (self.groups,))
            shift = self.param("shift", nn.initializers.zeros, (self.groups,))
            g = g * scale[:, None] + shift[:, None]
        return g.reshape(x.shape)
