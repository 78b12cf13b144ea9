# tries: Has Flax's private l2 normalisation compute the variance, eps and the root.
# must: The report says that it is not allowed here.

import jax.numpy as jnp
from flax import linen as nn
from flax.linen.normalization import _l2_normalize



class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        z = x.reshape(self.num_groups, -1)
        z, size = z - z.mean(1, keepdims=True), z.shape[1]
        z = _l2_normalize(z, axis=-1, eps=size * self.eps) * jnp.sqrt(size)
        return gamma * z.reshape(x.shape) + beta
