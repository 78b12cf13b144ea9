# tries: Ends the process with status 0, past every handler, at import.
# must: With it the verdict is wrong: a process that is gone has answered nothing.
# right: once the attack is left out

import os

import jax.numpy as jnp
from flax import linen as nn

os._exit(0)


class MyGroupNorm(nn.Module):
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
