# exercise: masked_group_norm
# misconception: mask_ignored
# line: 10
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    rows = x.reshape(n, -1, num_groups, c // num_groups)
    mean = rows.mean(axis=(1, 3), keepdims=True)
    rows = rows - mean
    rows = rows / jnp.sqrt(rows.var(axis=(1, 3), keepdims=True) + eps)
    y = rows.reshape(x.shape) * gamma + beta
    return y * mask[..., None]
