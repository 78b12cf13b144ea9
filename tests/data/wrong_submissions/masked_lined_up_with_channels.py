# exercise: masked_group_norm
# misconception: mask_along_channels
# line: 8, 11, 12
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    weights = jnp.broadcast_to(mask[:, None], x.shape)
    shape = (x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    w, g = weights.reshape(shape), x.reshape(shape)
    count = jnp.maximum(w.sum((1, 3), keepdims=True), 1)
    mean = (w * g).sum((1, 3), keepdims=True) / count
    var = (w * (g - mean) ** 2).sum((1, 3), keepdims=True) / count
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return jnp.where(weights, gamma * y + beta, 0)
