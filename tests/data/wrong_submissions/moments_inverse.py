# exercise: moments
# misconception: inverse_standard_deviation
# line: 13
import jax
import jax.numpy as jnp


def moments(x, num_groups, eps=1e-5):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    mean = jnp.mean(g, axis=-1)
    return mean, jax.lax.rsqrt(jnp.var(g, axis=-1) + eps)
