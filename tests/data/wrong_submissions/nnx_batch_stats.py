# exercise: group_norm_nnx
# misconception: variables_of_another_type
# line: 14, 15
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        if num_features % num_groups:
            raise ValueError("groups must divide features")
        self.num_features = num_features
        self.num_groups, self.eps = num_groups, eps
        self.gamma = nnx.BatchStat(jnp.ones(num_features))
        self.beta = nnx.BatchStat(jnp.zeros(num_features))

    def __call__(self, x):
        assert x.shape[-1] == self.num_features
        g = x.reshape(x.shape[0], -1, self.num_groups, self.num_features // self.num_groups)
        mean, var = g.mean((1, 3), keepdims=True), g.var((1, 3), keepdims=True)
        return ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) * self.gamma + self.beta
