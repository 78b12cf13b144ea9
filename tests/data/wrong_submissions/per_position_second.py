# exercise: group_norm_affine
# misconception: per_position
# line: 20
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        n, c, *rest = x.shape
        if c != self.channels or c % self.groups:
            raise ValueError("bad channels")
        g = x.reshape(n, self.groups, c // self.groups, *rest)
        mean = jnp.mean(g, axis=2, keepdims=True)
        var = jnp.var(g, axis=2, keepdims=True)
        y = ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape)
        if self.affine:
            bc = (c, *[1] * len(rest))
            scale = self.param("scale", nn.initializers.ones, (c,))
            shift = self.param("shift", nn.initializers.zeros, (c,))
            y = scale.reshape(bc) * y + shift.reshape(bc)
        return y
