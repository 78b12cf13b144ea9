# tries: Raises from a function whose table of lines is empty.
# must: The verdict is wrong and the report is written.

import jax.numpy as jnp
from flax import linen as nn

def fail():
    raise ValueError("nowhere")

fail.__code__ = fail.__code__.replace(co_linetable=b"")


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
