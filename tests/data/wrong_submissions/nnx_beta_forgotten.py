# exercise: group_norm_nnx
# misconception: beta_missing
# line: 21
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
        g = x.reshape(x.shape[0], -1, self.num_groups, self.num_features // self.num_groups)
        n = (g - g.mean((1, 3), keepdims=True)) / jnp.sqrt(g.var((1, 3), keepdims=True) + self.eps)
        return n.reshape(x.shape) * self.gamma
