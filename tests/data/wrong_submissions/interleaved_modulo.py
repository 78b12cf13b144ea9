# exercise: group_norm_1d
# misconception: groups_interleaved
# line: 10, 12
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    c = x.shape[-1]
    of = jnp.arange(c) % groups
    one_hot = (of[:, None] == jnp.arange(groups)).astype(jnp.float32)
    average = one_hot @ one_hot.T * groups / c
    d = x - jnp.matmul(x, average, precision="highest")
    return d / jnp.sqrt(jnp.matmul(d**2, average, precision="highest") + eps)


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
