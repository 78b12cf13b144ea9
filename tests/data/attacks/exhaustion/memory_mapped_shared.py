# tries: Maps and fills shared memory, which limits on data do not count.
# must: With it the verdict is wrong: it is right only if five gigabytes could be filled.
# right: once the attack is left out
# limit: 8

import mmap

import jax.numpy as jnp
from flax import linen as nn

text, kept = b'x' * (1 << 26), []
for _ in range(80):
    kept.append(mmap.mmap(-1, 1 << 26))
    kept[-1].write(text)


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
