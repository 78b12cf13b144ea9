# exercise: group_norm_1d
# misconception: missing_root
# line: 12
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    out = []
    for part in jnp.array_split(x, groups, axis=-1):
        second = jnp.mean((part - part.mean(-1, keepdims=True)) ** 2, -1, keepdims=True)
        out.append((part - part.mean(-1, keepdims=True)) * (second + eps) ** -1)
    return jnp.concatenate(out, -1)


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
