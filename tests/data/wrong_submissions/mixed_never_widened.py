# exercise: mixed_precision
# misconception: half_on_the_way
# line: 10, 12
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(x.shape[0], -1, num_groups, c // num_groups)
    mean = g.mean(axis=(1, 3), keepdims=True)
    var = g.var(axis=(1, 3), keepdims=True)
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return (gamma * y + beta).astype(x.dtype)
