# exercise: mixed_precision
# misconception: parameters_rounded
# line: 8, 13
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    gamma, beta = gamma.astype(x.dtype), beta.astype(x.dtype)
    wide = x.astype(jnp.float32).reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    mean = wide.mean((1, 3), keepdims=True)
    var = jnp.square(wide - mean).mean((1, 3), keepdims=True)
    normal = ((wide - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return (normal * gamma + beta).astype(x.dtype)
