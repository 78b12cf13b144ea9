# exercise: masked_group_norm
# misconception: mean_divided_by_length
# line: 12
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    d = x.shape[-1] // num_groups
    g = x.reshape(*x.shape[:-1], num_groups, d)
    axes = (*range(1, x.ndim - 1), x.ndim)
    real = mask[..., None, None]
    mean = jnp.mean(jnp.where(real, g, 0.0), axis=axes, keepdims=True)
    count = jnp.maximum(real.sum(axis=axes, keepdims=True) * d, 1)
    var = jnp.sum(jnp.where(real, g - mean, 0.0) ** 2, axis=axes, keepdims=True) / count
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return (gamma * y + beta) * mask[..., None]
