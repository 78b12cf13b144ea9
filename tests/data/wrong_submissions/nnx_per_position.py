# exercise: group_norm_nnx
# misconception: per_position
# line: 20
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        assert num_features % num_groups == 0
        self.num_features = num_features
        self.num_groups = num_groups
        self.eps = eps
        self.gamma = nnx.Param(jnp.ones(num_features))
        self.beta = nnx.Param(jnp.zeros(num_features))

    def __call__(self, x):
        assert x.shape[-1] == self.num_features
        g = x.reshape(*x.shape[:-1], self.num_groups, -1)
        mean = g.mean(-1, keepdims=True)
        std = jnp.sqrt(g.var(-1, keepdims=True) + self.eps)
        return self.gamma[...] * ((g - mean) / std).reshape(x.shape) + self.beta[...]
