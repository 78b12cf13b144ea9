# exercise: mixed_precision
# misconception: divided_by_channels
# line: 9, 10
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    wide = x.astype(jnp.float32).reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    size = wide.shape[-1]
    mean = wide.sum((1, 3), keepdims=True) / size
    var = ((wide - mean) ** 2).sum((1, 3), keepdims=True) / size
    std = jnp.sqrt(var + eps)
    return (((wide - mean) / std).reshape(x.shape) * gamma + beta).astype(x.dtype)
