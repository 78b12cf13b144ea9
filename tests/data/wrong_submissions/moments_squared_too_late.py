# exercise: moments
# misconception: differences_not_squared
# line: 12
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    m = jnp.mean(g, axis=-1, keepdims=True)
    return m[..., 0], jnp.mean(g - m, axis=-1) ** 2
