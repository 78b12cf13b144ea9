# exercise: masked_group_norm
# misconception: empty_without_gradient
# line: 13, 16
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(*x.shape[:-1], num_groups, c // num_groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    keep = mask[..., None, None]
    count = keep.sum(axes, keepdims=True) * (c // num_groups)
    mean = jnp.where(keep, g, 0).sum(axes, keepdims=True) / count
    var = jnp.where(keep, (g - mean) ** 2, 0).sum(axes, keepdims=True) / count
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
    return jnp.where(mask[..., None], y, 0)
