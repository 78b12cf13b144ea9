# exercise: masked_group_norm
# misconception: padding_in_variance
# line: 14
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    m = mask[..., None].astype(x.dtype)
    shape = (*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    axes = tuple(range(1, len(shape) - 2)) + (len(shape) - 1,)
    xm = (x * m).reshape(shape)
    k = jnp.maximum(mask.sum(tuple(range(1, mask.ndim))) * shape[-1], 1).reshape(-1, *[1] * (len(shape) - 1))
    mean = xm.sum(axes, keepdims=True) / k
    var = jnp.square(xm - mean).sum(axes, keepdims=True) / k
    y = ((xm - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return m * (gamma * y + beta)
