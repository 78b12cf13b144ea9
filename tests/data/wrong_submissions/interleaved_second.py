# exercise: group_norm_affine
# misconception: groups_interleaved
# line: 19, 21
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
        g = x.reshape(n, c // self.groups, self.groups, *rest)
        axes = (1, *range(3, g.ndim))
        g = g - g.mean(axes, keepdims=True)
        y = (g / jnp.sqrt(jnp.square(g).mean(axes, keepdims=True) + self.eps)).reshape(x.shape)
        if self.affine:
            bc = (c, *[1] * len(rest))
            scale = self.param("scale", nn.initializers.ones, (c,))
            shift = self.param("shift", nn.initializers.zeros, (c,))
            y = scale.reshape(bc) * y + shift.reshape(bc)
        return y
