# exercise: masked_group_norm
# misconception: empty_not_a_number
# line: 12, 13
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(*x.shape[:-1], num_groups, c // num_groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    keep = mask[..., None, None]
    mean = jnp.mean(g, axis=axes, keepdims=True, where=keep)
    var = jnp.var(g, axis=axes, keepdims=True, where=keep)
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
    return y * mask[..., None]
