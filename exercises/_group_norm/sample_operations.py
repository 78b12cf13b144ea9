"""What all programs for group normalization per sample compute, for the grader's compile cache: the head of each."""

COMMON = '''\
import jax
import jax.numpy as jnp
from flax import linen as nn, nnx

REDUCTIONS = (jnp.mean, jnp.sum, jnp.var, jnp.std)
ONE = (jnp.square, jnp.sqrt, jax.lax.rsqrt, jnp.abs, jnp.negative, jnp.reciprocal, jnp.asarray)
TWO = (jnp.add, jnp.subtract, jnp.multiply, jnp.divide, jnp.maximum)


def rehearsed(x, eps, groups, cut, axes):
    """A way to cut x, and the axes that a group shares."""
    for keep in (True, False):
        for reduced in (f(cut, axis=axes, keepdims=keep) for f in REDUCTIONS):
            reduced + eps, reduced / 3
    statistic = jnp.mean(cut, axis=axes, keepdims=True)
    for values in (cut, statistic):
        for f in ONE:
            f(values)
        for f in TWO:
            f(values, eps), f(values, values)
        1 / values, values**0.5, values**2, values**-0.5, values.astype(jnp.float32)
    for f in TWO:
        f(cut, statistic)
    return cut.reshape(x.shape)


def lined_up(y, parameter, column):
    for line in (parameter, column):
        for f in TWO:
            if line.size == 1 or line.ndim > 1 or line.shape[-1] == y.shape[-1]:
                f(y, line), f(line, y)
    return y


'''
