# exercise: group_norm_affine
# misconception: groups_of_positions
# line: 18, 20
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
        g = x.reshape(*x.shape[:-1], self.groups, x.shape[-1] // self.groups)
        axes = (*range(1, x.ndim - 1), -1)
        mean, var = g.mean(axes, keepdims=True), g.var(axes, keepdims=True)
        y = ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape)
        if self.affine:
            bc = (1, -1) + (1,) * (x.ndim - 2)
            scale = self.param("scale", nn.initializers.ones, (self.channels,))
            shift = self.param("shift", nn.initializers.zeros, (self.channels,))
            y = scale.reshape(bc) * y + shift.reshape(bc)
        return y
