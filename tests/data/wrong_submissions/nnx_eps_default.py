# exercise: group_norm_nnx
# misconception: eps_default_1e6
# line: 9
import jax.numpy as jnp
from flax import nnx


class GroupNorm(nnx.Module):
    def __init__(self, num_features: int, num_groups: int, eps: float = 1e-6, *, rngs: nnx.Rngs):
        assert num_features % num_groups == 0
        self.num_features = num_features
        self.num_groups = num_groups
        self.eps = eps
        self.gamma = nnx.Param(jnp.ones(num_features))
        self.beta = nnx.Param(jnp.zeros(num_features))

    def __call__(self, x):
        assert x.shape[-1] == self.num_features
        g = x.reshape(x.shape[0], -1, self.num_groups, self.num_features // self.num_groups)
        mean, var = g.mean((1, 3), keepdims=True), g.var((1, 3), keepdims=True)
        return ((g - mean) / jnp.sqrt(var + self.eps)).reshape(x.shape) * self.gamma + self.beta
