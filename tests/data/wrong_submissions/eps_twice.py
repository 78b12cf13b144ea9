# exercise: group_norm_1d
# misconception: eps_twice
# line: 15
import jax.numpy as jnp
from flax import linen as nn


def safe_root(v, eps):
    return jnp.sqrt(v + eps)


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, -1)
    d = y - y.mean(-1, keepdims=True)
    return (d / (safe_root((d**2).mean(-1, keepdims=True), eps) + eps)).reshape(x.shape)


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
