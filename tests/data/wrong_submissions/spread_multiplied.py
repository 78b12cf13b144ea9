# exercise: group_norm_nd
# misconception: spread_multiplied
# line: 12
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    cut = jnp.stack(jnp.split(x, groups, axis=-1), axis=-2)
    centred = cut - cut.mean(axis=-1)[..., None]
    sigma = jnp.sqrt(jnp.var(cut, axis=-1) + eps)[..., None]
    return jnp.concatenate([(centred * sigma)[..., i, :] for i in range(groups)], axis=-1)


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
