# exercise: group_norm_1d
# misconception: mean_of_all_channels
# line: 9
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    centred = x - jnp.mean(x, axis=-1, keepdims=True)
    sigma = jnp.sqrt(x.reshape(*x.shape[:-1], groups, -1).var(-1) + eps)
    return centred / jnp.repeat(sigma, x.shape[-1] // groups, axis=-1)


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
