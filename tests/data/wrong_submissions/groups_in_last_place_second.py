# exercise: group_norm_affine
# misconception: groups_in_last_place
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
        g = x.reshape(x.shape[0], -1, self.groups)
        mean, var = g.mean(1, keepdims=True), g.var(1, keepdims=True)
        y = ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape)
        if self.affine:
            bc = (1, -1) + (1,) * (x.ndim - 2)
            scale = self.param("scale", nn.initializers.ones, (self.channels,))
            shift = self.param("shift", nn.initializers.zeros, (self.channels,))
            y = scale.reshape(bc) * y + shift.reshape(bc)
        return y
