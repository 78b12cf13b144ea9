# exercise: group_norm_affine
# misconception: parameters_of_torch
# line: 18, 19
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    def setup(self):
        if self.channels % self.groups:
            raise ValueError("bad channels")
        if self.affine:
            self.weight = self.param("weight", nn.initializers.ones, (self.channels,))
            self.bias = self.param("bias", nn.initializers.zeros, (self.channels,))

    def __call__(self, x):
        if x.shape[1] != self.channels:
            raise ValueError("bad channels")
        g = x.reshape(x.shape[0], self.groups, -1)
        g = (g - g.mean(-1, keepdims=True)) / jnp.sqrt(g.var(-1, keepdims=True) + self.eps)
        if not self.affine:
            return g.reshape(x.shape)
        y = g.reshape(x.shape[0], self.channels, -1)
        return (y * self.weight[:, None] + self.bias[:, None]).reshape(x.shape)
