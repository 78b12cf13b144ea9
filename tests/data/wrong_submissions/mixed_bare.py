# exercise: mixed_precision
# misconception: affine_missing
# line: 12
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    wide = x.astype(jnp.float32).reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    mean = wide.mean((1, 3), keepdims=True)
    var = wide.var((1, 3), keepdims=True)
    std = jnp.sqrt(var + eps)
    return ((wide - mean) / std).reshape(x.shape).astype(x.dtype)
