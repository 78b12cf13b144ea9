# exercise: group_norm_1d
# misconception: running_average
# line: 9
import jax.numpy as jnp
from flax import linen as nn


def update(old, new, momentum=0.9):
    return momentum * old + (1 - momentum) * new


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    mean = update(jnp.zeros(()), y.mean(-1, keepdims=True))
    var = update(jnp.ones(()), y.var(-1, keepdims=True))
    return ((y - mean) / jnp.sqrt(var + eps)).reshape(x.shape)


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
