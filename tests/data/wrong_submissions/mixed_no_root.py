# exercise: mixed_precision
# misconception: missing_root
# line: 11
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    wide = x.astype(jnp.float32).reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    mean = wide.mean((1, 3), keepdims=True)
    var = wide.var((1, 3), keepdims=True)
    scale = 1 / (var + eps)
    return (((wide - mean) * scale).reshape(x.shape) * gamma + beta).astype(x.dtype)
