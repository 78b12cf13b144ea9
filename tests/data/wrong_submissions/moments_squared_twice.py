# exercise: moments
# misconception: variance_squared
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    return g.mean(-1), g.var(-1) ** 2
