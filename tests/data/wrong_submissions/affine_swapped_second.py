# exercise: group_norm_affine
# misconception: affine_swapped
# line: 27
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
        rows = x.reshape(x.shape[0], self.groups, -1)
        rows -= rows.mean(-1, keepdims=True)
        rows /= jnp.sqrt((rows * rows).mean(-1, keepdims=True) + self.eps)
        y = rows.reshape(x.shape)
        if not self.affine:
            return y
        scale = self.param("scale", nn.initializers.ones, (self.channels,))
        shift = self.param("shift", nn.initializers.zeros, (self.channels,))
        scale, shift = (p.reshape(-1, *[1] * (x.ndim - 2)) for p in (scale, shift))
        return shift * y + scale
