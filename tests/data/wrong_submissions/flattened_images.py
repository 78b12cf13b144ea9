# exercise: group_norm_images
# misconception: flattened
# line: 19, 20
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        c = x.shape[-1]
        if c % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (c,))
        beta = self.param("beta", nn.initializers.zeros, (c,))
        rows = x.reshape(self.num_groups, x.size // self.num_groups)
        mean = rows.mean(1, keepdims=True)
        var = rows.var(1, keepdims=True)
        return gamma * ((rows - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) + beta
