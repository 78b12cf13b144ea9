# exercise: group_norm_images
# misconception: layer_norm_per_position
# line: 19
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
        mean = x.mean(-1)[..., None]
        var = jnp.square(x - mean).mean(-1)[..., None]
        return (x - mean) / jnp.sqrt(var + self.eps) * gamma + beta
