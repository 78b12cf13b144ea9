# tries: Returns an array whose computation fails once it is read.
# must: The verdict is wrong.

import jax
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        self.param("gamma", nn.initializers.ones, x.shape)
        self.param("beta", nn.initializers.zeros, x.shape)
        def late(_):
            raise SystemExit(0)

        return jax.pure_callback(late, jax.ShapeDtypeStruct(x.shape, x.dtype), x)
