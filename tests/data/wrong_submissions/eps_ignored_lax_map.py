# exercise: group_norm_1d
# misconception: eps_ignored
# line: 11
import jax
import jax.numpy as jnp
from flax import linen as nn


def z_scores(row):
    d = row - row.mean()
    return d * jax.lax.rsqrt(jnp.vdot(d, d) / row.shape[0])


def normalise(x, groups, eps):
    rows = x.reshape(-1, x.shape[-1] // groups)
    return jax.lax.map(z_scores, rows.astype(jnp.float32)).reshape(x.shape)


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
