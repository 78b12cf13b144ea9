# exercise: group_norm_images
# misconception: groups_interleaved
# line: 21, 23
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
        out = jnp.zeros(x.shape, x.dtype)
        for g in range(self.num_groups):
            part = x[..., g :: self.num_groups]
            axes = tuple(range(1, part.ndim))
            mean = part.mean(axis=axes, keepdims=True)
            var = part.var(axis=axes, keepdims=True)
            out = out.at[..., g :: self.num_groups].set((part - mean) / jnp.sqrt(var + self.eps))
        return gamma * out + beta
