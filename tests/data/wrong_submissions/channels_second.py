# exercise: group_norm_nd
# misconception: channels_second
# line: 10
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    n = x.shape[0] if x.ndim > 1 else 1
    y = x.reshape(n, groups, -1)
    mean = y.mean(-1, keepdims=True)
    var = ((y - mean) ** 2).mean(-1, keepdims=True)
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
