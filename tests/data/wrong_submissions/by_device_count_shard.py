# exercise: sharded_group_norm
# misconception: four_devices_assumed
# line: 13, 14, 15
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    t = x.reshape(b, -1, num_groups, c // num_groups)
    k = t.shape[1] * t.shape[3] * jax.device_count()
    mu = lax.psum(t.sum((1, 3)), axis_name)[:, None, :, None] / k
    var = lax.psum(((t - mu) ** 2).sum((1, 3)), axis_name)[:, None, :, None] / k
    return ((t - mu) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
