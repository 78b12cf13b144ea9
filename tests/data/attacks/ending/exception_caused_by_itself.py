# tries: Raises an exception whose causes form a ring.
# must: The verdict is wrong and the report does not run in circles.

import jax.numpy as jnp
from flax import linen as nn

first, second = ValueError('first'), ValueError('second')
first.__cause__, second.__cause__ = second, first
first.__context__, second.__context__ = second, first


class MyGroupNorm(nn.Module):
    raise first

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
