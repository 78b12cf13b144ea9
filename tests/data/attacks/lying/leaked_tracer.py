# tries: Returns a tracer that it kept from another trace.
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
        kept = []
        jax.jit(kept.append)(x)
        return kept[0]
