# exercise: moments
# misconception: divided_by_groups
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    grouped = x.reshape(x.shape[:-1] + (num_groups, -1))
    mean = grouped.sum(axis=-1) / num_groups
    var = ((grouped - mean[..., None]) ** 2).sum(axis=-1) / num_groups
    return mean, var
