# tries: Replaces init and apply, to show parameters that its output does not use.
# must: The verdict is wrong: the output is compared with parameters that are not ones and zeros.
# earns: 2

import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def init(self, rngs, x):
        return {"params": {"gamma": jnp.ones(x.shape), "beta": jnp.zeros(x.shape)}}

    def apply(self, variables, x):
        return jnp.arange(x.size) + x
