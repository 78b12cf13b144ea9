# exercise: group_norm_1d
# misconception: eps_after_the_fraction
# line: 19
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        assert x.shape[-1] % self.num_groups == 0
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        rows = x.reshape(self.num_groups, -1)
        centred = rows - rows.mean(axis=1, keepdims=True)
        n = centred / jnp.sqrt(jnp.mean(centred**2, axis=1, keepdims=True)) + self.eps
        return gamma * n.ravel() + beta
