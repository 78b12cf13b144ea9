# exercise: group_norm_1d
# misconception: beta_inside
# line: 26, 25
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def standardise(self, x):
        parts = x.reshape(*x.shape[:-1], self.num_groups, -1)
        mean = parts.mean(axis=-1, keepdims=True)
        var = jnp.mean((parts - mean) ** 2, axis=-1, keepdims=True)
        return ((parts - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape)

    @nn.compact
    def __call__(self, x):
        c = x.shape[-1]
        if c % self.num_groups:
            raise ValueError("the groups do not fit")
        gamma = self.param("gamma", nn.initializers.ones, (c,))
        beta = self.param("beta", nn.initializers.zeros, (c,))
        y = self.standardise(x) + beta
        return y * gamma
