# tries: Maps Flax's layer norm over groups.
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
        layer = nn.LayerNorm(epsilon=self.eps, use_scale=False, use_bias=False, use_fast_variance=False, parent=None)
        return gamma * jax.vmap(lambda row: layer.apply({}, row))(x.reshape(self.num_groups, -1)).reshape(x.shape) + beta
