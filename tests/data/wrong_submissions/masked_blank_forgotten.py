# exercise: masked_group_norm
# misconception: padding_not_zeroed
# line: 15
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    g = x.reshape(n, -1, num_groups, c // num_groups)
    keep = mask.reshape(n, -1, 1, 1)
    count = jnp.maximum(keep.sum(1, keepdims=True) * g.shape[-1], 1)
    mean = (keep * g).sum((1, 3), keepdims=True) / count
    var = (keep * (g - mean) ** 2).sum((1, 3), keepdims=True) / count
    n = (g - mean) / jnp.sqrt(var + eps)
    return n.reshape(x.shape) * gamma + beta
