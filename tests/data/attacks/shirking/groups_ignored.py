# tries: Normalises all channels together, which is right for one group.
# must: The verdict is wrong; one case is right.
# earns: 4

import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        centred = x - x.mean()
        return gamma * centred / jnp.sqrt((centred**2).mean() + self.eps) + beta
