# exercise: group_norm_images
# misconception: group_size_confused
# line: 19, 21
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        N, *S, C = x.shape
        if C % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (C,))
        beta = self.param("beta", nn.initializers.zeros, (C,))
        y = x.reshape(N, *S, C // self.num_groups, self.num_groups)
        axes = (*range(1, 1 + len(S)), y.ndim - 1)
        y = (y - y.mean(axes, keepdims=True)) / jnp.sqrt(y.var(axes, keepdims=True) + self.eps)
        return gamma * y.reshape(x.shape) + beta
