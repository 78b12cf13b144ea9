# tries: Ignores the argument eps and guesses it from the input's spread.
# must: The verdict is wrong: some case varies eps independently of the input.
# earns: 11

import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        eps = jnp.where(x.var() < 0.01, 1e-3, 1e-5)
        rows = x.reshape(self.num_groups, -1)
        rows -= rows.mean(1, keepdims=True)
        return gamma * (rows / jnp.sqrt(rows.var(1, keepdims=True) + eps)).reshape(x.shape) + beta
