# exercise: sharded_group_norm
# misconception: mean_of_the_piece
# line: 12, 13
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    axes = (*range(1, g.ndim - 2), g.ndim - 1)
    m = jnp.mean(g, axes, keepdims=True)
    diff = g - m
    v = lax.pmean(jnp.mean(diff**2, axes, keepdims=True), axis_name)
    return gamma * (diff / jnp.sqrt(v + eps)).reshape(x.shape) + beta
