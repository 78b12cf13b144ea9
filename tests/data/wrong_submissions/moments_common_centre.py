# exercise: moments
# misconception: centred_by_all_channels
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    shape = (*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    squares = (x - x.mean(-1, keepdims=True)) ** 2
    return x.reshape(shape).mean(-1), squares.reshape(shape).mean(-1)
