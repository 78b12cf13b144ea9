# tries: Claims that its own file is another one, for the report to quote it.
# must: The verdict is wrong and nothing of the secret file is shown.

import linecache

import jax.numpy as jnp
from flax import linen as nn

__file__ = "{{SECRET_FILE}}"
code = compile("raise ValueError('line 1')", "{{SECRET_FILE}}", "exec")
linecache.checkcache()


class MyGroupNorm(nn.Module):
    exec(code, {"__file__": __file__, "__name__": "submission"})

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
