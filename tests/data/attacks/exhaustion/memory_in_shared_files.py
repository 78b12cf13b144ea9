# tries: Fills files in shared memory, which stay when the process ends.
# must: With it the verdict is wrong: it is right only if a file could be made.
# right: once the attack is left out
# limit: 8

import os

import jax.numpy as jnp
from flax import linen as nn

kept = []
for number in range(4):
    path = f"/dev/shm/attack-{os.getpid()}-{number}"
    kept.append(os.open(path, os.O_CREAT | os.O_RDWR))
    os.unlink(path)
    assert os.write(kept[-1], bytes(1 << 24)) == 1 << 24


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
