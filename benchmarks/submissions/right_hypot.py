import math

import jax.numpy as jnp
from flax import linen as nn
from jax import Array


class MyGroupNorm(nn.Module):
    """Group normalization: sqrt(var + eps) is the hypotenuse over the standard deviation and the root of eps."""

    num_groups: int
    eps: float = 1e-5

    def split(self, x: Array) -> Array:
        channels = x.shape[-1]
        if channels % self.num_groups > 0:
            raise ValueError(f"{channels} channels, {self.num_groups} groups")
        return x.astype(jnp.float32).reshape(*x.shape[:-1], self.num_groups, channels // self.num_groups)

    @nn.compact
    def __call__(self, x: Array) -> Array:
        groups = self.split(x)
        gamma = self.param("gamma", nn.initializers.ones, (x.shape[-1],), jnp.float32)
        beta = self.param("beta", nn.initializers.zeros, (x.shape[-1],), jnp.float32)
        spread = jnp.hypot(jnp.std(groups, axis=-1, keepdims=True), math.sqrt(self.eps))
        normalized = (groups - jnp.mean(groups, axis=-1, keepdims=True)) / spread
        return normalized.reshape(x.shape) * gamma + beta
