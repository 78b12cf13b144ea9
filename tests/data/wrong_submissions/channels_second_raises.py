# exercise: group_norm_nd
# misconception: channels_second
# line: 11
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    n, c = x.shape[0], x.shape[-1]
    rest = x.size // (n * c)
    y = x.reshape(n, groups, c // groups * rest)
    d = y - y.mean(2)[:, :, None]
    return (d / jnp.sqrt((d**2).mean(2)[:, :, None] + eps)).reshape(x.shape)


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
