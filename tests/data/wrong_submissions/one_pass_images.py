# exercise: group_norm_images
# misconception: one_pass_variance
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
        cut = x.reshape(x.shape[0], -1, self.num_groups, c // self.num_groups)
        mean = cut.mean((1, 3), keepdims=True)
        var = (cut**2).mean((1, 3), keepdims=True) - mean**2
        return gamma * ((cut - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) + beta
