# tries: Returns an object with __jax_array__.
# must: The verdict is wrong: it is no array.

import jax
from flax import linen as nn

class Any:
    def __jax_array__(self):
        return jax.numpy.zeros(6)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return Any()
