# exercise: group_norm_1d
# misconception: eps_outside_root
# line: 14
import jax.numpy as jnp
from flax import linen as nn


def normalise(x, groups, eps):
    c = x.shape[-1]
    member = jnp.arange(c) // (c // groups)
    same = jnp.where(member[:, None] == member[None, :], groups / c, 0.0)
    d = x - jnp.tensordot(x, same, axes=1)
    v = jnp.tensordot(d * d, same, axes=1)
    below = jnp.sqrt(jnp.where(v > 0, v, 0)) + eps
    return d / below


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
