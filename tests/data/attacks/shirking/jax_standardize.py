# tries: Calls JAX's own function that normalises.
# must: The verdict is wrong and says that this is not allowed.

import jax
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        return gamma * jax.nn.standardize(x.reshape(self.num_groups, -1), epsilon=self.eps).reshape(x.shape) + beta
