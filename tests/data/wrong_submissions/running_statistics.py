# exercise: group_norm_nd
# misconception: running_statistics
# line: 12
import jax
import jax.numpy as jnp
from flax import linen as nn


def statistics(channels, *, training=False):
    if training:
        raise NotImplementedError
    return jnp.zeros(channels), jnp.ones(channels)


def normalise(x, groups, eps):
    mean, var = statistics(x.shape[-1])
    return (x - mean) * jax.lax.rsqrt(var + eps)


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
