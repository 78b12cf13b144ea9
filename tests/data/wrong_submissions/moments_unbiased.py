# exercise: moments
# misconception: sample_variance
# line: 12
import jax.numpy as jnp


def moments(x, num_groups):
    *lead, c = x.shape
    if c % num_groups:
        raise ValueError(f"cannot split {c} channels into {num_groups}")
    g = x.reshape(*lead, num_groups, c // num_groups)
    return jnp.mean(g, -1), jnp.var(g, -1, ddof=1)
