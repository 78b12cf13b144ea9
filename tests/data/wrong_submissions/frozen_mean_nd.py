# exercise: group_norm_nd
# misconception: no_gradient_of_mean
# line: 21
import jax
import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels = x.shape[-1]
        if channels % self.num_groups:
            raise ValueError("channels must be divisible by num_groups")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        g = x.reshape(*x.shape[:-1], self.num_groups, -1)
        centre = jax.lax.stop_gradient(jnp.einsum("...d->...", g)[..., None] / g.shape[-1])
        away = g - centre
        spread = jnp.einsum("...d,...d->...", away, away)[..., None] / g.shape[-1]
        return (away / jnp.sqrt(spread + self.eps)).reshape(x.shape) * gamma + beta
