# exercise: group_norm_images
# misconception: as_channels_first
# line: 19, 20
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        batch_size = x.shape[0]
        if x.shape[-1] % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (x.shape[-1],))
        beta = self.param("beta", nn.initializers.zeros, (x.shape[-1],))
        g = x.reshape(batch_size, self.num_groups, -1)
        mean = g.mean(axis=-1, keepdims=True)
        var = ((g - mean) ** 2).mean(axis=-1, keepdims=True)
        g = (g - mean) / jnp.sqrt(var + self.eps)
        return g.reshape(x.shape) * gamma + beta
