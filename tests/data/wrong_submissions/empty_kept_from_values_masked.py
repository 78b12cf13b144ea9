# exercise: masked_group_norm
# misconception: empty_spoils_gamma
# line: 12, 13, 15
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    d = c // num_groups
    g = x.reshape(n, -1, num_groups, d)
    m = mask.reshape(n, -1, 1, 1)
    count = m.sum(axis=(1, 3), keepdims=True) * d
    mean = jnp.where(m, g, 0).sum(axis=(1, 3), keepdims=True) / count
    centered = jnp.where(m, g - mean, 0)
    var = (centered**2).sum(axis=(1, 3), keepdims=True) / count
    normed = centered / jnp.sqrt(var + eps)
    y = normed.reshape(x.shape) * gamma + beta
    return jnp.where(mask[..., None], y, 0)
