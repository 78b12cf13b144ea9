# exercise: group_norm_nd
# misconception: missing_root
# line: 12
import jax
import jax.numpy as jnp
from flax import linen as nn


def one_group(row, eps):
    centre = jnp.sum(row) / row.size
    spread = jnp.sum(jnp.square(row - centre)) / row.size
    return (row - centre) / (spread + eps)


def normalise(x, groups, eps):
    rows = x.reshape(-1, x.shape[-1] // groups)
    return jax.vmap(lambda row: one_group(row, eps))(rows).reshape(x.shape)


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
