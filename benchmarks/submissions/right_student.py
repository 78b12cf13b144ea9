import jax.numpy as jnp
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        num_channels = x.shape[-1]
        if num_channels % self.num_groups != 0:
            raise ValueError(f"{self.num_groups} groups do not divide {num_channels} channels")
        gamma = self.param("gamma", nn.initializers.ones_init(), (num_channels,))
        beta = self.param("beta", nn.initializers.zeros_init(), (num_channels,))

        group_size = num_channels // self.num_groups
        groups = jnp.reshape(x, (*x.shape[:-1], self.num_groups, group_size))
        mean = jnp.sum(groups, axis=-1, keepdims=True) / group_size
        difference = groups - mean
        variance = jnp.sum(difference * difference, axis=-1, keepdims=True) / group_size
        normalized = difference / jnp.sqrt(variance + self.eps)
        return gamma * jnp.reshape(normalized, x.shape) + beta
