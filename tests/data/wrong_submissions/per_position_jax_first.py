# exercise: group_norm_channels_first
# misconception: per_position
# line: 13, 14
import jax.numpy as jnp


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    x = jnp.asarray(x)
    n, c = x.shape[:2]
    if c % num_groups:
        raise ValueError
    xs = jnp.reshape(x, (n, num_groups, c // num_groups) + x.shape[2:])
    mean = jnp.mean(xs, axis=2, keepdims=True)
    variance = jnp.var(xs, axis=2, keepdims=True)
    xs = (xs - mean) / jnp.sqrt(variance + eps)
    out = xs.reshape(x.shape)
    shape = (1, c) + (1,) * (x.ndim - 2)
    if gamma is not None:
        out *= jnp.reshape(gamma, shape)
    if beta is not None:
        out += jnp.reshape(beta, shape)
    return out
