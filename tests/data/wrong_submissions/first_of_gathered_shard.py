# exercise: sharded_group_norm
# misconception: first_piece_for_all
# line: 15
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    g = x.reshape(n, -1, num_groups, c // num_groups)
    own = g.mean(axis=(1, 3), keepdims=True)
    means = lax.all_gather(own, axis_name)
    mean = means[0]
    var = lax.all_gather(((g - mean) ** 2).mean(axis=(1, 3), keepdims=True), axis_name)[0]
    y = (g - mean) / jnp.sqrt(var + eps)
    return gamma * y.reshape(x.shape) + beta
