# tries: Raises from ten thousand calls deep, for a traceback that fills the report.
# must: The verdict is wrong and only a few frames are shown.

import sys

import jax.numpy as jnp
from flax import linen as nn

sys.setrecursionlimit(20_000)

def deeper(n):
    return deeper(n - 1) if n else 1 / 0


class MyGroupNorm(nn.Module):
    deeper(9000)

    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        rows = x.reshape(self.num_groups, -1)
        rows -= rows.mean(1, keepdims=True)
        rows /= jnp.sqrt(rows.var(1, keepdims=True) + self.eps)
        return gamma * rows.reshape(x.shape) + beta
