# exercise: sharded_group_norm
# misconception: means_added_up
# line: 16
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    g = x.reshape(n, -1, num_groups, c // num_groups)
    total = g.sum(axis=(1, 3), keepdims=True)
    total = lax.psum(total, axis_name)
    count = g.shape[1] * g.shape[3]
    mean = total / count
    centred = g - mean
    var = lax.pmean((centred**2).mean(axis=(1, 3), keepdims=True), axis_name)
    y = centred / jnp.sqrt(var + eps)
    return gamma * y.reshape(x.shape) + beta
