# exercise: group_norm_images
# misconception: over_batch
# line: 19
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        c = x.shape[-1]
        assert c % self.num_groups == 0
        gamma = self.param("gamma", nn.initializers.ones, (c,))
        beta = self.param("beta", nn.initializers.zeros, (c,))
        flat = x.reshape(-1, self.num_groups, c // self.num_groups)
        mu = flat.mean(axis=(0, 2), keepdims=True)
        sigma = jnp.sqrt(((flat - mu) ** 2).mean(axis=(0, 2), keepdims=True) + self.eps)
        return gamma * ((flat - mu) / sigma).reshape(x.shape) + beta
