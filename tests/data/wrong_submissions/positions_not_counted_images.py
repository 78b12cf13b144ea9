# exercise: group_norm_images
# misconception: positions_not_counted
# line: 21
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        c = x.shape[-1]
        if c % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (c,))
        beta = self.param("beta", nn.initializers.zeros, (c,))
        size = c // self.num_groups
        cut = x.reshape(x.shape[0], -1, self.num_groups, size)
        mean = jnp.sum(cut, axis=(1, 3), keepdims=True) / size
        var = jnp.sum((cut - mean) ** 2, axis=(1, 3), keepdims=True) / size
        return gamma * ((cut - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) + beta
