# exercise: moments
# misconception: differences_not_squared
# line: 12
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    m = g.mean(-1)
    return m, (g - m[..., None]).mean(-1)
