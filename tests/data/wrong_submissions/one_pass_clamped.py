# exercise: group_norm_1d
# misconception: one_pass_variance
# line: 13
import jax
import jax.numpy as jnp
from flax import linen as nn


@jax.jit
def moments(row):
    total, squares = row.sum(), jnp.vdot(row, row)
    mean = total / row.size
    return mean, jnp.maximum(squares / row.size - mean**2, 0.0)


def normalise(x, groups, eps):
    rows = x.astype(jnp.float32).reshape(-1, x.shape[-1] // groups)
    mean, var = jax.vmap(moments)(rows)
    return ((rows - mean[:, None]) * jax.lax.rsqrt(var + eps)[:, None]).reshape(x.shape)


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
