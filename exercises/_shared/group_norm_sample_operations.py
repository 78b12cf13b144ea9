"""What programs for group normalization per sample commonly compute, one operation at a time, for the compile cache."""

_COMMON = '''\
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

CHANNELS_LAST = (
    _COMMON
    + """\
class GroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-5

    @nn.compact
    def __call__(self, x):
        channels, groups = x.shape[-1], self.num_groups
        if channels % groups:
            raise ValueError("no such groups")
        gamma = self.param("gamma", nn.initializers.ones, (channels,))
        beta = self.param("beta", nn.initializers.zeros, (channels,))
        split = x.reshape(*x.shape[:-1], groups, channels // groups)
        rehearsed(x, self.eps, groups, split, (*range(1, x.ndim - 1), x.ndim))
        rehearsed(x, self.eps, groups, x.reshape(len(x), -1, groups, channels // groups), (1, 3))
        first = jnp.moveaxis(x, -1, 1)
        rows = rehearsed(first, self.eps, groups, first.reshape(len(x), groups, -1), -1)
        return lined_up(lined_up(jnp.moveaxis(rows, 1, -1), gamma, gamma), beta, beta) * gamma + beta
"""
)

CHANNELS_SECOND = (
    _COMMON
    + """\
class GroupNorm(nn.Module):
    groups: int
    channels: int
    eps: float = 1e-5
    affine: bool = True

    @nn.compact
    def __call__(self, x):
        channels, groups = x.shape[1], self.groups
        if channels % groups or channels != self.channels:
            raise ValueError("no such groups")
        rehearsed(x, self.eps, groups, x.reshape(len(x), groups, -1), -1)
        split = x.reshape(len(x), groups, channels // groups, *x.shape[2:])
        y = rehearsed(x, self.eps, groups, split, tuple(range(2, split.ndim)))
        if not self.affine:
            return y
        scale = self.param("scale", nn.initializers.ones, (channels,))
        shift = self.param("shift", nn.initializers.zeros, (channels,))
        flat = y.reshape(len(y), channels, -1)
        for values, further in ((y, x.ndim - 2), (flat, 1)):
            for one in (1, channels), (channels,):
                for parameter in (scale, shift):
                    lined_up(values, parameter, parameter.reshape(*one, *[1] * further))
        return y
"""
)

NNX = (
    _COMMON
    + """\
class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        if num_features % num_groups:
            raise ValueError("no such groups")
        self.num_features, self.num_groups, self.eps = num_features, num_groups, eps
        self.gamma = nnx.Param(jnp.ones((num_features,)))
        self.beta = nnx.Param(nnx.initializers.zeros(rngs.params(), (num_features,)))

    def __call__(self, x):
        channels, groups = self.num_features, self.num_groups
        if channels != x.shape[-1]:
            raise ValueError("other channels")
        split = x.reshape(*x.shape[:-1], groups, channels // groups)
        rehearsed(x, self.eps, groups, split, (*range(1, x.ndim - 1), x.ndim))
        rehearsed(x, self.eps, groups, x.reshape(len(x), -1, groups, channels // groups), (1, 3))
        first = jnp.moveaxis(x, -1, 1)
        rows = rehearsed(first, self.eps, groups, first.reshape(len(x), groups, -1), -1)
        gamma, beta = self.gamma[...], self.beta[...]
        return lined_up(lined_up(jnp.moveaxis(rows, 1, -1), gamma, gamma), beta, beta) * gamma + beta
"""
)
