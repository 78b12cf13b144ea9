# exercise: moments
# misconception: variance_of_all_channels
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    mean = x.reshape(*x.shape[:-1], num_groups, -1).mean(-1)
    variance = jnp.var(x, axis=-1, keepdims=True)
    return mean, variance + jnp.zeros_like(mean)
