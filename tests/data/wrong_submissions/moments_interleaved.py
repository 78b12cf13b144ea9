# exercise: moments
# misconception: groups_interleaved
# line: 11, 12
import jax.numpy as jnp


def moments(x, num_groups):
    c = x.shape[-1]
    if c % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], c // num_groups, num_groups)
    mean = g.mean(axis=-2, keepdims=True)
    return mean[..., 0, :], ((g - mean) ** 2).mean(axis=-2)
