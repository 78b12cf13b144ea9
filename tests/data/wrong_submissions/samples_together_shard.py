# exercise: sharded_group_norm
# misconception: over_batch
# line: 12, 13, 14
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    axes = (*range(g.ndim - 2), g.ndim - 1)
    m = lax.pmean(g.mean(axes, keepdims=True), axis_name)
    v = lax.pmean(((g - m) ** 2).mean(axes, keepdims=True), axis_name)
    return ((g - m) * lax.rsqrt(v + eps)).reshape(x.shape) * gamma + beta
