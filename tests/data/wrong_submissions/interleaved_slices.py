# exercise: group_norm_nd
# misconception: groups_interleaved
# line: 11
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    out = jnp.zeros_like(x)
    for g in range(groups):
        members = x[..., g::groups]
        mu, var = members.mean(-1, keepdims=True), members.var(-1, keepdims=True)
        out = out.at[..., g::groups].set((members - mu) / jnp.sqrt(var + eps))
    return out


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
