# exercise: masked_group_norm
# misconception: mask_of_first_sample
# line: 8, 11, 12
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    keep = mask[0][..., None, None]
    g = x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    size = jnp.maximum(keep.sum() * g.shape[-1], 1)
    mean = (g * keep).sum(axes, keepdims=True) / size
    var = (keep * (g - mean) ** 2).sum(axes, keepdims=True) / size
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return jnp.where(mask[..., None], gamma * y + beta, 0.0)
