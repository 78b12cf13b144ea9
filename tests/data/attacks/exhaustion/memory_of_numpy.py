# tries: Fills five gigabytes by NumPy.
# must: With it the verdict is wrong: it is right only if five gigabytes could be filled.
# right: once the attack is left out
# limit: 8

import jax.numpy as jnp
import numpy as np
from flax import linen as nn

kept = np.ones(5 << 30, 'uint8')


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        rows = x.reshape(self.num_groups, -1)
        rows -= rows.mean(1, keepdims=True)
        rows /= jnp.sqrt(rows.var(1, keepdims=True) + self.eps)
        return gamma * rows.reshape(x.shape) + beta
