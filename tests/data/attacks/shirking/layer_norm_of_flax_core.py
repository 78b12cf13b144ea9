# tries: Calls the functional layer norm that Flax keeps in its core.
# must: The report says that it is not allowed here, or that it cannot be imported.

from flax import linen as nn
from flax.core.nn import layer_norm



class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        z = x.reshape(self.num_groups, -1)
        z = layer_norm(None, z - z[:, :1], self.eps, bias=False, scale=False)
        return gamma * z.reshape(x.shape) + beta
