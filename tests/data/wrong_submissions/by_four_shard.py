# exercise: sharded_group_norm
# misconception: four_devices_assumed
# line: 12, 13
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    t = x.reshape(b, -1, num_groups, c // num_groups)
    mu = lax.psum(t.mean((1, 3), keepdims=True), axis_name) / 4
    t = t - mu
    var = lax.psum(jnp.mean(t**2, (1, 3), keepdims=True), axis_name) / 4
    return (t / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
