# exercise: sharded_group_norm
# misconception: means_added_up
# line: 12, 15
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    axes = (*range(1, g.ndim - 2), g.ndim - 1)
    m = lax.psum(jnp.mean(g, axes, keepdims=True), axis_name)
    own = jnp.mean(g, axes, keepdims=True)
    v = lax.pmean(jnp.mean((g - lax.pmean(own, axis_name)) ** 2, axes, keepdims=True), axis_name)
    return gamma * ((g - m) / jnp.sqrt(v + eps)).reshape(x.shape) + beta
