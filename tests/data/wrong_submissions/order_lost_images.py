# exercise: group_norm_images
# misconception: order_lost
# line: 23, 24
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
        cut = x.reshape(*x.shape[:-1], self.num_groups, c // self.num_groups)
        cut = jnp.swapaxes(cut, -1, -2)
        over = tuple(range(1, x.ndim))
        normal = (cut - cut.mean(over, keepdims=True)) / jnp.sqrt(cut.var(over, keepdims=True) + self.eps)
        normal = normal.reshape(x.shape)
        return gamma * normal + beta
