# exercise: masked_group_norm
# misconception: count_of_all_samples
# line: 12, 13
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    samples, c = x.shape[0], x.shape[-1]
    d = c // num_groups
    values = x.reshape(samples, -1, num_groups, d)
    keep = mask.reshape(samples, -1, 1, 1)
    count = jnp.sum(keep) * d / samples
    mean = jnp.sum(values * keep, axis=(1, 3), keepdims=True) / count
    var = jnp.sum(keep * (values - mean) ** 2, axis=(1, 3), keepdims=True) / count
    y = ((values - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return jnp.where(mask[..., None], y * gamma + beta, 0)
