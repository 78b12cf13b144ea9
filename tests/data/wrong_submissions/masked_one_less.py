# exercise: masked_group_norm
# misconception: sample_variance
# line: 14
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(*x.shape[:-1], num_groups, c // num_groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    keep = mask[..., None, None]
    count = jnp.maximum(keep.sum(axes, keepdims=True) * (c // num_groups), 1)
    mean = (keep * g).sum(axes, keepdims=True) / count
    var = (keep * (g - mean) ** 2).sum(axes, keepdims=True) / jnp.maximum(count - 1, 1)
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return (y * gamma + beta) * mask[..., None]
