# tries: Raises from code that claims to be the solution, to have its lines shown.
# must: The verdict is wrong and no line of that file is shown.

import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    exec(compile("\n" * 20 + "raise ValueError('line 21')", "{{SOLUTION_FILE}}", "exec"))

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
