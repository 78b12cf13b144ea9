# exercise: group_norm_gradient
# misconception: everything_kept
# line: 13
import jax.numpy as jnp


def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    if x.shape[-1] % num_groups:
        raise ValueError("groups must divide channels")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    mean = jnp.mean(g, axis=-1, keepdims=True)
    var = jnp.mean((g - mean) ** 2, axis=-1, keepdims=True)
    n = (g - mean) / jnp.sqrt(var + eps)
    return gamma * n.reshape(x.shape) + beta
