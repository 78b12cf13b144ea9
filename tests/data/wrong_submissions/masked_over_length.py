# exercise: masked_group_norm
# misconception: divided_by_length
# line: 12
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    g = jnp.moveaxis(x.reshape(n, -1, num_groups, c // num_groups), 1, 2).reshape(n, num_groups, -1)
    m = jnp.repeat(mask.reshape(n, 1, -1), c // num_groups, axis=2).astype(x.dtype)
    length = g.shape[-1]
    mean = jnp.sum(g * m, axis=-1, keepdims=True) / length
    squares = (g - mean) ** 2 * m
    var = jnp.sum(squares, axis=-1, keepdims=True) / length
    g = (g - mean) / jnp.sqrt(var + eps)
    y = jnp.moveaxis(g.reshape(n, num_groups, -1, c // num_groups), 2, 1).reshape(x.shape)
    return jnp.where(mask[..., None], y * gamma + beta, 0.0)
