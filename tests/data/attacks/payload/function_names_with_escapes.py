# tries: Raises from functions whose names in the traceback are escapes.
# must: The verdict is wrong and no raw control or format character is in any report.

import jax.numpy as jnp
from flax import linen as nn

def fail():
    raise ValueError("in a function")

fail.__code__ = fail.__code__.replace(co_name="\x1b[2J\r<script>\u202e")


class MyGroupNorm(nn.Module):
    fail()

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
