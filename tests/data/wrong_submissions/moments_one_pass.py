# exercise: moments
# misconception: one_pass_variance
# line: 12, 13
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    mean = g.mean(-1)
    mean_of_squares = (g * g).mean(-1)
    return mean, mean_of_squares - mean * mean
