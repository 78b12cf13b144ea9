# exercise: group_norm_1d
# misconception: absolute_deviation
# line: 14
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    size = x.shape[0] // groups
    pieces = []
    for i in range(groups):
        piece = x[i * size : (i + 1) * size]
        away = piece - sum(piece) / size
        typical = jnp.abs(away).sum() / size
        pieces.append(away / (typical + eps))
    return jnp.hstack(pieces)


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
