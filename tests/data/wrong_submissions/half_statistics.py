# exercise: group_norm_nd
# misconception: half_precision_statistics
# line: 10
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    small = y.astype(jnp.bfloat16)
    mean = small.mean(-1, keepdims=True).astype(x.dtype)
    var = small.var(-1, keepdims=True).astype(x.dtype)
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
