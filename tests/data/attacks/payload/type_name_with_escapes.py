# tries: Raises an exception whose class is named by escapes and markup.
# must: The verdict is wrong and no raw control or format character is in any report.

import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    raise type("\x1b[2J<script>\r=1+1\u202e", (Exception,), {})

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
