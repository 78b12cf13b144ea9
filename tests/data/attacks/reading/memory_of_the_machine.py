# tries: Opens the machine's memory and disks.
# must: With it the verdict is wrong: it is right only if that could be read.
# right: once the attack is left out

import jax.numpy as jnp
from flax import linen as nn

for path in ("/dev/mem", "/proc/kcore", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/nvme0n1", "/proc/kallsyms"):
    try:
        open(path, "rb").read(16)
        break
    except OSError:
        pass
else:
    raise PermissionError


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
