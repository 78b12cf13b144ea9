# exercise: group_norm_images
# misconception: first_positions_only
# line: 25
import jax
import jax.numpy as jnp
from flax import linen as nn


class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def statistics_over(self, x):
        # over the height
        return (1, x.ndim) if x.ndim >= 3 else (x.ndim,)

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError("groups must divide channels")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        y = jnp.stack(jnp.split(x, self.num_groups, axis=-1), axis=-2)
        y = y - jnp.mean(y, self.statistics_over(x), keepdims=True)
        y = y * jax.lax.rsqrt(jnp.mean(y**2, self.statistics_over(x), keepdims=True) + self.eps)
        return gamma * y.reshape(x.shape) + beta
