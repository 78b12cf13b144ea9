# tries: Takes memory as a stack that grows, which RLIMIT_DATA does not count.
# must: The mapping is refused.
# right: once the attack is left out

import ctypes

import jax.numpy as jnp
from flax import linen as nn

c = ctypes.CDLL(None, use_errno=True)
c.mmap.restype = ctypes.c_void_p
base = c.mmap(None, ctypes.c_size_t(2500 << 20), 3, 0x8122, -1, ctypes.c_long(0))
assert base != 2**64 - 1, "refused"


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
