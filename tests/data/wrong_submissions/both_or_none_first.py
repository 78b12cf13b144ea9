# exercise: group_norm_channels_first
# misconception: both_or_none
# line: 13, 15
import jax.numpy as jnp


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("channels do not split")
    flat = x.reshape(x.shape[0], num_groups, -1)
    mean = jnp.mean(flat, axis=-1, keepdims=True)
    var = jnp.mean((flat - mean) ** 2, axis=-1, keepdims=True)
    y = ((flat - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    if gamma is not None and beta is not None:
        y = jnp.moveaxis(jnp.moveaxis(y, 1, -1) * gamma + beta, -1, 1)
    return y
