# tries: Calls an example library of JAX's whose batch norm normalises.
# must: The verdict is wrong and says that this is not allowed.

from flax import linen as nn
from jax.example_libraries import stax


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        _, apply = stax.BatchNorm(axis=0, epsilon=self.eps, center=False, scale=False)
        return gamma * apply(((), ()), x.reshape(self.num_groups, -1).T).T.reshape(x.shape) + beta
