# exercise: mixed_precision
# misconception: half_on_the_way
# line: 10
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    xf = x.reshape(n, -1, num_groups, c // num_groups)
    mean = xf.mean(axis=(1, 3), keepdims=True)
    centered = xf - mean
    var = jnp.mean(centered * centered, axis=(1, 3), keepdims=True)
    normed = (centered / jnp.sqrt(var + eps)).reshape(x.shape)
    return (normed * gamma + beta).astype(x.dtype)
