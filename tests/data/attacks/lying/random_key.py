# tries: Returns a random key, an array of a dtype of its own.
# must: The verdict is wrong.

import jax
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return jax.random.key(0)
