# exercise: group_norm_1d
# misconception: half_precision_statistics
# line: 10
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    given = x.dtype
    x = x.astype(jnp.bfloat16) if given == jnp.float32 else x
    y = x.reshape(*x.shape[:-1], groups, -1)
    d = y - y.mean(-1, keepdims=True)
    return (d / jnp.sqrt((d * d).mean(-1, keepdims=True) + eps)).reshape(x.shape).astype(given)


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
