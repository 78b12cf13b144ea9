# exercise: moments
# misconception: range_for_spread
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    return g.mean(axis=-1), g.max(axis=-1) - g.min(axis=-1)
