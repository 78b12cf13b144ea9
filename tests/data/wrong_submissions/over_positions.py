# exercise: group_norm_nd
# misconception: over_positions
# line: 10
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    y = x.reshape(-1, groups, x.shape[-1] // groups)
    mean = y.mean((0, 2), keepdims=True)
    var = jnp.square(y - mean).mean((0, 2), keepdims=True)
    return ((y - mean) / jnp.sqrt(var + eps)).reshape(x.shape)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError(f"{self.num_groups} groups do not fit {channels} channels")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        return normalise(x, self.num_groups, self.eps) * gamma + beta
