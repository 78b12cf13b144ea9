# exercise: group_norm_nd
# misconception: eps_1e3_hard_coded
# line: 14
import jax.numpy as jnp
from flax import linen as nn

KERAS = {"epsilon": 1e-3, "axis": -1}


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    m = y.mean(KERAS["axis"], keepdims=True)
    v = ((y - m) ** 2).mean(KERAS["axis"], keepdims=True)
    return ((y - m) / jnp.sqrt(v + KERAS["epsilon"])).reshape(x.shape)


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
