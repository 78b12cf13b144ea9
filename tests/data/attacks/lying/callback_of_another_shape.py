# tries: Returns the result of a callback whose shape is not what it announced.
# must: The verdict is wrong.

import jax
import numpy as np
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        return jax.pure_callback(lambda _: np.zeros(3, 'float32'), jax.ShapeDtypeStruct(x.shape, x.dtype), x)
