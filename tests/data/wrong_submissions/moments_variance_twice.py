# exercise: moments
# misconception: variance_twice
# line: 11, 12
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    out = jnp.mean(g := x.reshape(*x.shape[:-1], num_groups, -1), axis=-1)
    out = jnp.mean((g - out[..., None]) ** 2, axis=-1)
    return out, out
