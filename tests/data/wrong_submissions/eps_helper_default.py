# exercise: group_norm_nd
# misconception: eps_1e5_hard_coded
# line: 15, 10
import jax.numpy as jnp
from flax import linen as nn


def statistics(y, epsilon=1e-5):
    mu = y.mean(-1, keepdims=True)
    return mu, 1.0 / jnp.sqrt(((y - mu) ** 2).mean(-1, keepdims=True) + epsilon)


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    mu, inverse = statistics(y)
    return (inverse * (y - mu)).reshape(x.shape)


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
