# exercise: moments
# misconception: second_moment
# line: 12
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    mean = jnp.mean(g, axis=-1)
    variance = jnp.mean(g**2, axis=-1)
    return mean, variance
