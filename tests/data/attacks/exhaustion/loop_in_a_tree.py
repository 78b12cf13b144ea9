# tries: Builds a program so large that compiling it takes for ever.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import jax
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        def grow(y):
            for _ in range(200_000):
                y = jnp.sin(y) + 1
            return y

        return jax.jit(grow)(x)
