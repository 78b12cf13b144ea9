# exercise: group_norm_affine
# misconception: one_pass_variance
# line: 27
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    def setup(self):
        assert self.channels % self.groups == 0, "groups must divide channels"
        if self.affine:
            self.scale = self.param("scale", nn.initializers.ones, (self.channels,))
            self.shift = self.param("shift", nn.initializers.zeros, (self.channels,))

    def __call__(self, x):
        shape = x.shape
        n = shape[0]
        assert self.channels == shape[1]
        x = x.reshape(n, self.groups, -1)
        mean = x.mean(axis=-1, keepdims=True)
        mean_sq = (x**2).mean(axis=-1, keepdims=True)
        var = mean_sq - mean**2
        x = (x - mean) / jnp.sqrt(var + self.eps)
        if self.affine:
            x = x.reshape(n, self.channels, -1)
            x = self.scale.reshape(1, -1, 1) * x + self.shift.reshape(1, -1, 1)
        return x.reshape(shape)
