# exercise: group_norm_1d
# misconception: order_lost
# line: 12, 13
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    members_first = jnp.moveaxis(x.reshape(*x.shape[:-1], groups, -1), -1, 0)
    d = members_first - members_first.mean(0)
    z = d / jnp.sqrt((d**2).mean(0) + eps)
    back = jnp.stack(list(z), axis=-2)
    return back.reshape(x.shape)


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
