"""What programs for these exercises commonly compute, one operation at a time, for the grader's compile cache."""

OPERATIONS = """\
import jax
import jax.numpy as jnp
from flax import linen as nn

REDUCTIONS = (jnp.mean, jnp.sum, jnp.var, jnp.std, jnp.max, jnp.min)
ONE = (jnp.square, jnp.sqrt, jax.lax.rsqrt, jnp.abs, jnp.negative, jnp.reciprocal, jnp.asarray, jnp.zeros_like)
TWO = (jnp.add, jnp.subtract, jnp.multiply, jnp.divide, jnp.power, jnp.maximum)


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels, groups = x.shape[-1], self.num_groups
        if channels % groups:
            raise ValueError("no such groups")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        cut = x.reshape(*x.shape[:-1], groups, channels // groups)
        statistic = jnp.mean(cut, axis=-1, keepdims=True)
        for values in (cut, x.reshape(-1, groups, channels // groups)):
            for reduced in (f(values, axis=-1, keepdims=keep) for f in REDUCTIONS for keep in (True, False)):
                reduced + self.eps, reduced / values.shape[-1]
        for values in (x, cut, statistic, statistic[..., 0], gamma):
            for f in ONE:
                f(values)
            for f in TWO:
                f(values, self.eps), f(values, values)
            1 / values, 1 - values, values**0.5, values**2, values**-0.5
            values.astype(jnp.float32), values.astype(x.dtype), values.ravel(), values.T
        for f in TWO:
            f(cut, statistic), f(x, gamma), f(gamma, x), f(cut, gamma.reshape(groups, -1))
        for parameter in (gamma, beta):
            jnp.repeat(statistic[..., 0], channels // groups, axis=-1), jnp.broadcast_to(parameter, x.shape)
            parameter.reshape(groups, -1), jnp.broadcast_to(statistic, cut.shape)
        for values in (jnp.squeeze(statistic, -1), statistic.reshape(*x.shape[:-1], groups)):
            jnp.expand_dims(values, -1), values[..., None]
        jnp.split(x, groups, axis=-1), jnp.stack([x, x], axis=-1), jnp.concatenate([cut, cut], axis=-1)
        return cut.reshape(x.shape) * gamma + beta
"""
