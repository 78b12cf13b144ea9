# exercise: group_norm_nd
# misconception: over_batch
# line: 11, 12
import jax
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    over = (0, -1) if x.ndim > 1 else -1
    d = y - y.mean(axis=over, keepdims=True)
    return (d * jax.lax.rsqrt((d * d).mean(axis=over, keepdims=True) + eps)).reshape(x.shape)


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
