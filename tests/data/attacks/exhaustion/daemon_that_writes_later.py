# tries: Leaves a process that writes to a folder of the user's when nobody looks any more.
# must: No process is left, the folder is as it was, and with it the verdict is wrong.
# right: once the attack is left out
# limit: 6

import os
import time

import jax.numpy as jnp
from flax import linen as nn

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for _ in range(50):
            time.sleep(0.2)
            open('{{SCRATCH}}/later', 'a').write('x')
    os._exit(0)


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
