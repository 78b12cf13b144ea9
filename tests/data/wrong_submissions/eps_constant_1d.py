# exercise: group_norm_1d
# misconception: eps_1e5_hard_coded
# line: 13
import jax
import jax.numpy as jnp
from flax import linen as nn

EPSILON = 0.00001


def normalise(x, groups, eps):
    rows = x.reshape(groups, -1)
    inverse = jax.vmap(lambda r: jax.lax.rsqrt(jnp.var(r) + EPSILON))(rows)
    return ((rows - rows.mean(axis=-1, keepdims=True)) * inverse[:, None]).reshape(-1)


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
