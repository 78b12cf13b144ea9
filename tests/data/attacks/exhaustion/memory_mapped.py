# tries: Maps and fills private memory past Python's allocator.
# must: With it the verdict is wrong: it is right only if five gigabytes could be filled.
# right: once the attack is left out
# limit: 8

import mmap

import jax.numpy as jnp
from flax import linen as nn

kept = [mmap.mmap(-1, 1 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range(5)]
for area in kept:
    for at in range(0, 1 << 30, 4096):
        area[at] = 1


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
