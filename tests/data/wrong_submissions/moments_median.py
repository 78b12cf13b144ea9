# exercise: moments
# misconception: median_for_mean
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    return jnp.median(g, axis=-1), jnp.var(g, axis=-1)
