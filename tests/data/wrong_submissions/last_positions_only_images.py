# exercise: group_norm_images
# misconception: last_positions_only
# line: 21
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        grouped = x.reshape((*x.shape[:-1], self.num_groups, -1))
        axes = (-3, -1) if x.ndim > 2 else -1
        mean = grouped.mean(axes, keepdims=True)
        var = grouped.var(axes, keepdims=True)
        return gamma * ((grouped - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) + beta
