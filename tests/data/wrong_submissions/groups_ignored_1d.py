# exercise: group_norm_1d
# misconception: groups_ignored
# line: 14, 9
import jax.numpy as jnp
from flax import linen as nn


def standardise(vector, eps):
    centred = vector - jnp.average(vector)
    return centred / jnp.sqrt(jnp.average(centred**2) + eps)


def normalise(x, groups, eps):
    return standardise(x, eps)


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
