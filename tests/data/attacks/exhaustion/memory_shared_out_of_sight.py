# tries: Fills shared memory and lets go of its pages, so that no count of this process shows them.
# must: With it the verdict is wrong: it is right only if three and a half gigabytes could be filled.
# right: once the attack is left out
# limit: 6

import mmap

import jax.numpy as jnp
from flax import linen as nn

text, kept = b"x" * (1 << 26), []
for _ in range(56):
    kept.append(mmap.mmap(-1, 1 << 26))
    kept[-1].write(text)
    kept[-1].madvise(mmap.MADV_DONTNEED)
assert all(area[0] == 120 for area in kept)


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
