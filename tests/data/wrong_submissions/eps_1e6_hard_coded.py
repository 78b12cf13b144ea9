# exercise: group_norm_1d
# misconception: eps_1e6_hard_coded
# line: 12
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    shape = (*x.shape[:-1], groups, x.shape[-1] // groups)
    mean = jnp.repeat(x.reshape(shape).mean(-1), shape[-1], axis=-1)
    var = jnp.repeat(x.reshape(shape).var(-1), shape[-1], axis=-1)
    return (x - mean) / jnp.sqrt(var + 1e-6)


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
