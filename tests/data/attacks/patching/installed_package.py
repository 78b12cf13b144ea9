# tries: Writes into the folder of installed packages, and takes it away again.
# must: With it the verdict is wrong: it is right only if that could be written.
# right: once the attack is left out

from pathlib import Path

import flax
import jax.numpy as jnp
from flax import linen as nn

probe = Path(flax.__file__).with_name("attack_was_here.txt")
probe.write_text("gained")
probe.unlink()


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
