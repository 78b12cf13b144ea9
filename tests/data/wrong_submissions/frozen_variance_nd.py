# exercise: group_norm_nd
# misconception: no_gradient_of_variance
# line: 10
import jax.numpy as jnp
from flax import linen as nn
from jax.lax import stop_gradient


def deviation(values, eps):
    return jnp.hypot(stop_gradient(jnp.std(values, axis=-1, keepdims=True)), eps**0.5)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        *lead, channels = x.shape
        if channels % self.num_groups != 0:
            raise ValueError(f"{self.num_groups} groups of {channels} channels")
        weight = self.param("gamma", nn.initializers.ones, (channels,))
        offset = self.param("beta", nn.initializers.zeros, (channels,))
        split = jnp.reshape(x, (*lead, self.num_groups, channels // self.num_groups))
        split = (split - split.mean(-1, keepdims=True)) / deviation(split, self.eps)
        return offset + weight * jnp.reshape(split, x.shape)
