# exercise: group_norm_nd
# misconception: eps_outside_root+groups_interleaved
# line: 10
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    c = x.shape[-1]
    y = x.reshape(*x.shape[:-1], c // groups, groups)
    d = y - y.mean(-2, keepdims=True)
    return (d / (jnp.sqrt((d * d).mean(-2, keepdims=True)) + eps)).reshape(x.shape)


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
