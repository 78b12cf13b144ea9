# exercise: group_norm_nnx
# misconception: parameters_in_call
# line: 17, 18
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features, num_groups, eps=1e-5, *, rngs):
        if num_features % num_groups:
            raise ValueError("groups must divide features")
        self.num_groups, self.eps = num_groups, eps

    def __call__(self, x):
        c = x.shape[-1]
        if not hasattr(self, "gamma"):
            self.gamma = nnx.Param(jnp.ones((c,)))
            self.beta = nnx.Param(jnp.zeros((c,)))
        g = x.reshape(x.shape[0], -1, self.num_groups, c // self.num_groups)
        mean, var = g.mean((1, 3), keepdims=True), g.var((1, 3), keepdims=True)
        return ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) * self.gamma + self.beta
