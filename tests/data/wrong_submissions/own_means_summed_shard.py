# exercise: sharded_group_norm
# misconception: divided_by_the_piece
# line: 14
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    g = x.reshape(n, -1, num_groups, c // num_groups)
    own_mean = g.mean(axis=(1, 3), keepdims=True)
    mean = lax.psum(own_mean, axis_name)
    centred = g - mean
    own_var = (centred**2).mean(axis=(1, 3), keepdims=True)
    var = lax.psum(own_var, axis_name)
    y = centred / jnp.sqrt(var + eps)
    return gamma * y.reshape(x.shape) + beta
