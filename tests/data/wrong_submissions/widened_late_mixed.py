# exercise: mixed_precision
# misconception: half_on_the_way
# line: 10, 11
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    xg = x.reshape(n, -1, num_groups, c // num_groups)
    mean = xg.mean(axis=(1, 3), keepdims=True)
    var = xg.var(axis=(1, 3), keepdims=True)
    normed = (xg.astype(jnp.float32) - mean.astype(jnp.float32)) / jnp.sqrt(var.astype(jnp.float32) + eps)
    return (normed.reshape(x.shape) * gamma + beta).astype(x.dtype)
