# exercise: group_norm_1d
# misconception: one_group_per_channel
# line: 9
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    y = x[..., None]
    mu, var = jnp.mean(y, axis=-1, keepdims=True), jnp.var(y, axis=-1, keepdims=True)
    return ((y - mu) / jnp.sqrt(var + eps))[..., 0]


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
