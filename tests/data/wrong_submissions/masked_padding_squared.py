# exercise: masked_group_norm
# misconception: padding_in_variance
# line: 16
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    d = c // num_groups
    g = jnp.reshape(x, (n, -1, num_groups, d))
    m = jnp.reshape(mask, (n, -1, 1, 1))
    k = m.sum(axis=1, keepdims=True) * d
    k = jnp.where(k == 0, 1, k)
    mean = jnp.where(m, g, 0).sum(axis=(1, 3), keepdims=True) / k
    centred = g - mean
    var = (centred * centred).sum(axis=(1, 3), keepdims=True) / k
    y = (centred / jnp.sqrt(var + eps)).reshape(x.shape)
    return jnp.where(mask[..., None], y * gamma + beta, 0)
