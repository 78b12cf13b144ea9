# exercise: group_norm_images
# misconception: batch_norm
# line: 21
import jax
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        n_channels = x.shape[-1]
        if n_channels % self.num_groups:
            raise ValueError("not divisible")
        gamma = self.param("gamma", nn.initializers.ones, (n_channels,))
        beta = self.param("beta", nn.initializers.zeros, (n_channels,))
        rows = x.reshape(-1, n_channels)
        mean, var = rows.mean(0), rows.var(0)
        return gamma * ((x - mean) * jax.lax.rsqrt(var + self.eps)) + jnp.asarray(beta)
