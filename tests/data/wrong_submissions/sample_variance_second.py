# exercise: group_norm_affine
# misconception: sample_variance
# line: 19
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
        var = g.var(-1, keepdims=True, ddof=1)
        g = (g - g.mean(-1, keepdims=True)) / jnp.sqrt(var + self.eps)
        y = g.reshape(x.shape[0], self.channels, -1)
        if self.affine:
            scale = self.param("scale", nn.initializers.ones, (self.channels,))
            shift = self.param("shift", nn.initializers.zeros, (self.channels,))
            y = jnp.einsum("c,ncp->ncp", scale, y) + shift[None, :, None]
        return y.reshape(x.shape)
