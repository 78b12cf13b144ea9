# tries: Forks by the newer system call, whose arguments a filter cannot read.
# must: No process is left and with it the verdict is wrong.
# right: once the attack is left out
# limit: 6

import ctypes
import struct

import jax.numpy as jnp
from flax import linen as nn

libc = ctypes.CDLL(None, use_errno=True)
arguments = struct.pack('11Q', 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0)
child = libc.syscall(435, arguments, 88)
if child == 0:
    libc.sleep(20)
    libc._exit(0)
assert child > 0, ctypes.get_errno()


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
