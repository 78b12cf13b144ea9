"""Other correct ways to write ``GroupNorm`` as a module of Flax NNX, as whole submissions."""

from .._group_norm.right.sample import NORMALIZE_LAST, ROWS_LAST, variants

_MODULE = """\
import jax
import jax.numpy as jnp
from flax import nnx


{normalize}

class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        if num_features % num_groups != 0:
            raise ValueError("num_features must be divisible by num_groups")
        self.num_features, self.num_groups, self.eps = num_features, num_groups, eps
        self.gamma = nnx.Param(jnp.ones((num_features,)))
        self.beta = nnx.Param(jnp.zeros((num_features,)))

    def __call__(self, x):
        if x.shape[-1] != self.num_features:
            raise ValueError("x must have num_features channels")
        return self.gamma * normalize(x, self.num_groups, self.eps) + self.beta
"""

_WHOLE = {
    "initializers_and_one_multiplication": """\
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features: int, num_groups: int, eps: float = 1e-5, *, rngs: nnx.Rngs):
        assert num_features % num_groups == 0
        self.gamma = nnx.Param(nnx.initializers.ones(rngs.params(), (num_features,)))
        self.beta = nnx.Param(nnx.initializers.zeros(rngs.params(), (num_features,)))
        self.groups, self.eps = num_groups, eps

    def __call__(self, x):
        gamma, beta = self.gamma[...], self.beta[...]
        samples, *spatial, channels = x.shape
        assert gamma.shape == (channels,)
        size = channels // self.groups
        rows = jnp.moveaxis(x, -1, 1).reshape(samples, self.groups, -1)
        one = (samples, *[1] * len(spatial), channels)
        mean = jnp.repeat(rows.mean(-1), size, axis=-1).reshape(one)
        scale = gamma / jnp.sqrt(jnp.repeat(rows.var(-1), size, axis=-1).reshape(one) + self.eps)
        return x * scale + (beta - mean * scale)
""",
    "random_numbers_and_eps_kept": """\
import jax
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        self.rngs = rngs
        self.eps = nnx.Variable(jnp.float32(eps))
        self.cut = lambda x: x.reshape(*x.shape[:-1], num_groups, num_features // num_groups)
        self.cut(jnp.zeros(num_features))
        self.gamma = nnx.Param(jnp.full(num_features, 1.0))
        self.beta = nnx.Param(jnp.full(num_features, 0.0))

    def __call__(self, x):
        grouped = self.cut(x)
        axes = (*range(1, x.ndim - 1), -1)
        grouped = grouped - grouped.mean(axes, keepdims=True)
        var = (grouped**2).mean(axes, keepdims=True)
        y = (grouped / jnp.sqrt(var + self.eps[...])).reshape(x.shape)
        return y * self.gamma[...] + self.beta[...]
""",
}

VARIANTS = variants(_MODULE, ROWS_LAST, NORMALIZE_LAST, _WHOLE)
