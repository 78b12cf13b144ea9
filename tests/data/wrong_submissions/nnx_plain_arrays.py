# exercise: group_norm_nnx
# misconception: parameters_as_arrays
# line: 13, 14
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        if num_features % num_groups:
            raise ValueError("groups must divide features")
        self.num_groups, self.eps = num_groups, eps
        self.gamma = jnp.ones(num_features)
        self.beta = jnp.zeros(num_features)

    def __call__(self, x):
        assert x.shape[-1] == self.gamma.size
        g = x.reshape(x.shape[0], -1, self.num_groups, x.shape[-1] // self.num_groups)
        mean, var = g.mean((1, 3), keepdims=True), g.var((1, 3), keepdims=True)
        return ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) * self.gamma + self.beta
