# exercise: moments
# misconception: eps_added
# line: 14
import jax.numpy as jnp

EPS = 1e-5


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    mean = jnp.mean(g, axis=-1)
    return mean, jnp.var(g, axis=-1) + EPS
