# exercise: group_norm_1d
# misconception: eps_floor_of_root
# line: 10
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    table = x.reshape(groups, -1)
    spread = jnp.clip(table.std(axis=1), eps, None)
    return ((table - table.mean(axis=1)[:, None]) / spread[:, None]).ravel()


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
