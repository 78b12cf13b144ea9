# exercise: group_norm_images
# misconception: per_position
# line: 20
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError("the channels do not split")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        grouped = x.reshape(*x.shape[:-1], self.num_groups, channels // self.num_groups)
        mean = jnp.mean(grouped, axis=-1, keepdims=True)
        var = jnp.mean((grouped - mean) ** 2, axis=-1, keepdims=True)
        x_hat = ((grouped - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape)
        return gamma * x_hat + beta
