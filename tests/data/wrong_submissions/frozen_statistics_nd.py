# exercise: group_norm_nd
# misconception: no_gradient_of_statistics
# line: 13
import jax
import jax.numpy as jnp
from flax import linen as nn


def standardise(vector, count, eps):
    parts = jnp.split(vector, count)
    out = []
    for part in parts:
        frozen = jax.lax.stop_gradient(part)
        out.append((part - jnp.mean(frozen)) * jax.lax.rsqrt(jnp.var(frozen) + eps))
    return jnp.concatenate(out)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        assert x.shape[-1] % self.num_groups == 0
        gamma = self.param("gamma", nn.initializers.ones, (x.shape[-1],))
        beta = self.param("beta", nn.initializers.zeros, (x.shape[-1],))
        rows = x.reshape(-1, x.shape[-1])
        done = jnp.stack([standardise(row, self.num_groups, self.eps) for row in rows])
        return done.reshape(x.shape) * gamma + beta
