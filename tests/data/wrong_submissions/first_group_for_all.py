# exercise: group_norm_1d
# misconception: first_group_for_all
# line: 10, 12
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    first = jnp.take(y, jnp.array([0]), axis=-2)
    mu = first.mean(-1, keepdims=True)
    return ((y - mu) / jnp.sqrt(((first - mu) ** 2).mean(-1, keepdims=True) + eps)).reshape(x.shape)


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
