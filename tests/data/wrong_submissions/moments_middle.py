# exercise: moments
# misconception: middle_of_range
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    middle = (jnp.max(g, axis=-1) + jnp.min(g, axis=-1)) / 2
    return middle, jnp.mean((g - middle[..., None]) ** 2, axis=-1)
