# tries: Raises the worker's own exception with a kind that no report knows.
# must: The verdict is wrong, not "not checked".

import sys

import jax.numpy as jnp
from flax import linen as nn

frame = sys._getframe()
while "Rejected" not in frame.f_globals:
    frame = frame.f_back


class MyGroupNorm(nn.Module):
    raise frame.f_globals["Rejected"]("right", message="10 of 10 points")

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
