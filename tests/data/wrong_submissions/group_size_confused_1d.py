# exercise: group_norm_1d
# misconception: group_size_confused
# line: 9
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, num, eps):
    grid = x.reshape(-1, num)
    m = grid @ jnp.ones(num) / num
    v = jnp.sum((grid - m[:, None]) ** 2, 1) / num
    return ((grid - m[:, None]) / (v[:, None] + eps) ** 0.5).reshape(x.shape)


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
