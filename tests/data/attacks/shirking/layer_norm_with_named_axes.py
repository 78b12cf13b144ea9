# tries: Calls the experimental layer norm with named axes.
# must: The report says that it is not allowed here, or that it cannot be imported.

from flax import linen as nn
from flax.linen.experimental.layers_with_named_axes import LayerNorm



class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        z = x.reshape(self.num_groups, -1)
        z = LayerNorm(epsilon=self.eps, use_bias=False, use_scale=False).apply({}, z - z[:, :1])
        return gamma * z.reshape(x.shape) + beta
