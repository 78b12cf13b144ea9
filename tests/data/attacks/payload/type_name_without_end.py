# tries: Raises an exception whose class has a name of a million letters.
# must: The verdict is wrong and the report is short.

import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    raise type("A" * 1_000_000, (Exception,), {})

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
