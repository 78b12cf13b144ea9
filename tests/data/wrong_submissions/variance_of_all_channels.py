# exercise: group_norm_1d
# misconception: variance_of_all_channels
# line: 11
import jax
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    means = x.reshape(*x.shape[:-1], groups, -1).mean(-1)
    spread = jax.lax.rsqrt(jnp.var(x, axis=-1, keepdims=True) + eps)
    return (x - jnp.repeat(means, x.shape[-1] // groups, axis=-1)) * spread


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    def check(self, c):
        if c % self.num_groups != 0:
            raise ValueError("the channels do not divide")

    @nn.compact
    def __call__(self, inputs):
        c = inputs.shape[-1]
        self.check(c)
        scale = self.param("gamma", lambda key: jnp.ones(c))
        offset = self.param("beta", lambda key: jnp.zeros(c))
        z = normalise(inputs, self.num_groups, self.eps)
        return jnp.add(jnp.multiply(z, scale), offset)
