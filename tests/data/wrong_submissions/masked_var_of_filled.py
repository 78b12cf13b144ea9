# exercise: masked_group_norm
# misconception: variance_divided_by_length
# line: 14
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    g = x.reshape(n, -1, num_groups, c // num_groups)
    m = mask.reshape(n, -1, 1, 1)
    k = jnp.clip(m.sum((1, 2, 3), keepdims=True) * g.shape[-1], 1, None)
    mean = (g * m).sum((1, 3), keepdims=True) / k
    centred = jnp.where(m, g - mean, 0)
    std = jnp.sqrt((centred**2).mean((1, 3), keepdims=True) + eps)
    y = (centred / std).reshape(x.shape) * gamma + beta
    return jnp.where(mask[..., None], y, 0)
