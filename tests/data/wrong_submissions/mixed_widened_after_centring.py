# exercise: mixed_precision
# misconception: half_on_the_way
# line: 9
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    g = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    centred = g - jnp.mean(g, axis=(1, 3), keepdims=True)
    centred = centred.astype(jnp.float32)
    std = jnp.sqrt(jnp.mean(centred**2, axis=(1, 3), keepdims=True) + eps)
    y = (centred / std).reshape(x.shape) * gamma + beta
    return y.astype(x.dtype)
