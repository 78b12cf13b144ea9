# exercise: group_norm_images
# misconception: over_batch_not_positions
# line: 20
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
        cut = x.reshape((*x.shape[:-1], self.num_groups, -1))
        mean = jnp.mean(cut, axis=(0, -1), keepdims=True)
        var = jnp.mean(jnp.square(cut - mean), axis=(0, -1), keepdims=True)
        return gamma * ((cut - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) + beta
