# tries: Calls the layer norm of Flax's other interface on rows.
# must: The verdict is wrong and says that this is not allowed.

from flax import linen as nn
from flax import nnx


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        size = x.size // self.num_groups
        layer = nnx.LayerNorm(size, epsilon=self.eps, use_fast_variance=False, rngs=nnx.Rngs(0))
        return gamma * layer(x.reshape(self.num_groups, -1)).reshape(x.shape) + beta
