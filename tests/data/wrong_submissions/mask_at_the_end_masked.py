# exercise: masked_group_norm
# misconception: mask_ignored
# line: 11
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    d = c // num_groups
    g = x.reshape(n, -1, num_groups, d)
    mean = g.mean(axis=(1, 3), keepdims=True)
    var = g.var(axis=(1, 3), keepdims=True)
    normed = (g - mean) / jnp.sqrt(var + eps)
    y = normed.reshape(x.shape) * gamma + beta
    return jnp.where(mask[..., None], y, 0)
