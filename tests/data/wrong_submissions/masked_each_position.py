# exercise: masked_group_norm
# misconception: per_position
# line: 8, 9
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    n = (g - g.mean(-1, keepdims=True)) / jnp.sqrt(g.var(-1, keepdims=True) + eps)
    return jnp.where(mask[..., None], n.reshape(x.shape) * gamma + beta, 0)
