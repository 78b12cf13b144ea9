# exercise: sharded_group_norm
# misconception: eps_outside_root
# line: 14
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    axes = (*range(1, g.ndim - 2), g.ndim - 1)
    g = g - lax.pmean(g.mean(axes, keepdims=True), axis_name)
    v = lax.pmean((g * g).mean(axes, keepdims=True), axis_name)
    return gamma * (g / (jnp.sqrt(v) + eps)).reshape(x.shape) + beta
