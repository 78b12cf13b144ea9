# tries: Asks compiled code for five gigabytes in passing.
# must: With it the verdict is wrong: it is right only if five gigabytes could be filled.
# right: once the attack is left out
# limit: 8

import jax
import jax.numpy as jnp
from flax import linen as nn

wide = jax.jit(lambda a: (jnp.ones((1 << 20, 640)) * a).at[0].set(1) + jnp.ones((1 << 20, 640)))(2.0)
kept = wide * 2
kept.block_until_ready()


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.ones, x.shape)
        beta = self.param("beta", nn.initializers.zeros, x.shape)
        rows = x.reshape(self.num_groups, -1)
        rows -= rows.mean(1, keepdims=True)
        rows /= jnp.sqrt(rows.var(1, keepdims=True) + self.eps)
        return gamma * rows.reshape(x.shape) + beta
