# exercise: sharded_group_norm
# misconception: first_piece_for_all
# line: 12, 14, 15
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    t = x.reshape(b, -1, num_groups, c // num_groups)
    own = jnp.stack([t.mean((1, 3), keepdims=True), t.var((1, 3), keepdims=True)])
    first = lax.axis_index(axis_name) == 0
    mu, var = lax.psum(jnp.where(first, own, 0.0), axis_name)
    return ((t - mu) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
