"""What programs for this exercise commonly compute, one operation at a time, for the grader's compile cache."""

from .._group_norm.sample_operations import COMMON

OPERATIONS = (
    COMMON
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
