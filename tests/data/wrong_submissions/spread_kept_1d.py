# exercise: group_norm_1d
# misconception: spread_kept
# line: 14
import jax
import jax.numpy as jnp
from flax import linen as nn


def centre(row):
    return row - row.mean()


def normalise(x, groups, eps):
    return jax.vmap(centre)(x.reshape(groups, -1)).reshape(-1)


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
