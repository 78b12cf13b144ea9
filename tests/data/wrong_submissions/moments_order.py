# exercise: moments
# misconception: order_exchanged
# line: 13
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    m = g.mean(axis=-1)
    v = ((g - m[..., None]) ** 2).mean(axis=-1)
    return v, m
