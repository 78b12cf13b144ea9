# exercise: masked_group_norm
# misconception: no_gradient_of_statistics
# line: 13
import jax
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(*x.shape[:-1], num_groups, c // num_groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    keep = mask[..., None, None]
    fixed = jax.lax.stop_gradient(g)
    count = jnp.maximum(keep.sum(axes, keepdims=True) * (c // num_groups), 1)
    mean = (keep * fixed).sum(axes, keepdims=True) / count
    var = (keep * (fixed - mean) ** 2).sum(axes, keepdims=True) / count
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
    return jnp.where(mask[..., None], y, 0)
