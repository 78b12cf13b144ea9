# exercise: moments
# misconception: standard_deviation
# line: 12
import jax.numpy as jnp


def moments(x, num_groups):
    c = x.shape[-1]
    if c % num_groups != 0:
        raise ValueError("num_groups must divide the channels")
    g = x.reshape(x.shape[:-1] + (num_groups, c // num_groups))
    return g.mean(-1), g.std(-1)
