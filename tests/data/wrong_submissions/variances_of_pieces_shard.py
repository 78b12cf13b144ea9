# exercise: sharded_group_norm
# misconception: spread_between_pieces_lost
# line: 13, 14
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    t = x.reshape(b, -1, num_groups, c // num_groups)
    mu = lax.pmean(t.mean((1, 3), keepdims=True), axis_name)
    var = lax.pmean(t.var((1, 3), keepdims=True), axis_name)
    y = (t - mu) / jnp.sqrt(var + eps)
    return y.reshape(x.shape) * gamma + beta
