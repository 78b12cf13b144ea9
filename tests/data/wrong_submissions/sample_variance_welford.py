# exercise: group_norm_1d
# misconception: sample_variance
# line: 19
import jax
import jax.numpy as jnp
from flax import linen as nn


def moments(values):
    def step(carry, v):
        n, mean, m2 = carry
        n = n + 1
        delta = v - mean
        mean = mean + delta / n
        return (n, mean, m2 + delta * (v - mean)), None

    start = (0.0, jnp.zeros(values.shape[1:]), jnp.zeros(values.shape[1:]))
    (n, mean, m2), _ = jax.lax.scan(step, start, values.astype(jnp.float32))
    return mean, m2 / (n - 1)


def normalise(x, groups, eps):
    y = x.reshape(*x.shape[:-1], groups, x.shape[-1] // groups)
    mean, var = moments(jnp.moveaxis(y, -1, 0))
    return ((y - mean[..., None]) / jnp.sqrt(var[..., None] + eps)).reshape(x.shape)


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
