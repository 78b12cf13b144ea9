# tries: Calls JAX's own function where it is defined.
# must: The verdict is wrong and says that this is not allowed.

from flax import linen as nn
from jax._src.nn import functions


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        return gamma * functions.standardize(x.reshape(self.num_groups, -1), epsilon=self.eps).reshape(x.shape) + beta
