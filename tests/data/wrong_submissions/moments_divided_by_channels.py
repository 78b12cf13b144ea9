# exercise: moments
# misconception: divided_by_all_channels
# line: 12
import jax.numpy as jnp


def moments(x, num_groups):
    n = x.shape[-1]
    if n % num_groups:
        raise ValueError("does not divide")
    grouped = x.reshape(*x.shape[:-1], num_groups, n // num_groups)
    mean = jnp.sum(grouped, -1) / n
    var = jnp.sum(jnp.power(grouped - mean[..., None], 2), -1) / n
    return mean, var
