# tries: Replaces the mean of all JAX arrays.
# must: The verdict is wrong and the next submission is graded as ever.

import jax
import jax.numpy as jnp
from flax import linen as nn

type(jnp.ones(1)).mean = lambda self, *_, **__: self * 0


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def __call__(self, x):
        return x
