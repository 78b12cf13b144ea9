# exercise: masked_group_norm
# misconception: over_batch
# line: 9, 11, 12
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(-1, num_groups, c // num_groups)
    keep = mask.reshape(-1, 1, 1)
    count = jnp.maximum(keep.sum() * g.shape[-1], 1)
    mean = (keep * g).sum((0, 2), keepdims=True) / count
    var = (keep * (g - mean) ** 2).sum((0, 2), keepdims=True) / count
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape) * gamma + beta
    return jnp.where(mask[..., None], y, 0)
