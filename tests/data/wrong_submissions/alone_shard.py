# exercise: sharded_group_norm
# misconception: statistics_of_the_piece
# line: 12, 13, 14
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    rows = x.reshape(n, -1, num_groups, c // num_groups)
    mean = rows.mean(axis=(1, 3), keepdims=True)
    rows = rows - mean
    rows = rows / jnp.sqrt(rows.var(axis=(1, 3), keepdims=True) + eps)
    return rows.reshape(x.shape) * gamma + beta
