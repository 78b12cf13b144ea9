# exercise: masked_group_norm
# misconception: channels_not_counted
# line: 10, 12
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    g = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    m = mask.reshape(x.shape[0], -1)[:, :, None, None]
    n = jnp.maximum(jnp.sum(m, axis=(1, 2, 3), keepdims=True), 1)
    total = jnp.einsum("npgd,npab->ng", g, m * 1.0)[:, None, :, None]
    mu = total / n
    diff = m * (g - mu)
    sigma = jnp.sqrt(jnp.einsum("npgd,npgd->ng", diff, diff)[:, None, :, None] / n + eps)
    return (diff / sigma).reshape(x.shape) * gamma * mask[..., None] + beta * mask[..., None]
