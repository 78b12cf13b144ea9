# exercise: moments
# misconception: sum_for_mean+sum_of_squares
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    m = jnp.sum(g, axis=-1, keepdims=True)
    v = jnp.sum((g - m) ** 2, axis=-1)
    return m.reshape(v.shape), v
