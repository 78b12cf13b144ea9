# exercise: sharded_group_norm
# misconception: deviations_averaged
# line: 14, 15, 16
import jax
import jax.numpy as jnp
from jax import lax


def sharded_group_norm(x, gamma, beta, num_groups, axis_name, eps=1e-5):
    b, c = x.shape[0], x.shape[-1]
    t = x.reshape(b, -1, num_groups, c // num_groups)
    mu = lax.pmean(t.mean((1, 3), keepdims=True), axis_name)
    t = t - mu
    std = jnp.sqrt(jnp.mean(t * t, (1, 3), keepdims=True) + eps)
    std = lax.psum(std, axis_name) / lax.axis_size(axis_name)
    return (t / std).reshape(x.shape) * gamma + beta
