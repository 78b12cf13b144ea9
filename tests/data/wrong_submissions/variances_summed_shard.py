# exercise: sharded_group_norm
# misconception: variances_added_up
# line: 13, 14
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    axes = (*range(1, g.ndim - 2), g.ndim - 1)
    m = lax.pmean(jnp.mean(g, axes, keepdims=True), axis_name)
    v = lax.psum(jnp.mean((g - m) ** 2, axes, keepdims=True), axis_name)
    return gamma * ((g - m) / jnp.sqrt(v + eps)).reshape(x.shape) + beta
