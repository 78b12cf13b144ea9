# exercise: group_norm_nnx
# misconception: parameters_missing
# line: 16
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        assert num_features % num_groups == 0
        self.num_features, self.num_groups, self.eps = num_features, num_groups, eps

    def __call__(self, x):
        g = x.reshape(x.shape[0], -1, self.num_groups, self.num_features // self.num_groups)
        mean, var = g.mean((1, 3), keepdims=True), g.var((1, 3), keepdims=True)
        return ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape)
