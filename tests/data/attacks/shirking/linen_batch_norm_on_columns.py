# tries: Calls Flax's batch norm with groups for channels.
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
        columns = x.reshape(self.num_groups, -1).T
        layer = nn.BatchNorm(False, epsilon=self.eps, use_scale=False, use_bias=False, use_fast_variance=False, parent=None)
        y, _ = layer.init_with_output(jax.random.key(0), columns)
        return gamma * y.T.reshape(x.shape) + beta
