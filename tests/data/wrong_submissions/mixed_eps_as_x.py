# exercise: mixed_precision
# misconception: eps_rounded
# line: 8, 12
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    small = jnp.full((), eps, x.dtype)
    n = x.shape[0]
    wide = jnp.moveaxis(x, -1, 1).reshape(n, num_groups, -1).astype(jnp.float32)
    wide = wide - wide.mean(-1, keepdims=True)
    wide = wide / jnp.sqrt(jnp.mean(wide**2, -1, keepdims=True) + small)
    wide = jnp.moveaxis(wide.reshape(n, x.shape[-1], *x.shape[1:-1]), 1, -1)
    return (wide * gamma + beta).astype(x.dtype)
