# exercise: sharded_group_norm
# misconception: groups_ignored
# line: 11, 12, 13
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    axes = tuple(range(1, x.ndim))
    m = lax.pmean(x.mean(axes, keepdims=True), axis_name)
    v = lax.pmean(((x - m) ** 2).mean(axes, keepdims=True), axis_name)
    return gamma * (x - m) / jnp.sqrt(v + eps) + beta
