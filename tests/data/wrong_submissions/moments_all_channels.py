# exercise: moments
# misconception: groups_ignored
# line: 10
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    mean = jnp.mean(x, axis=-1, keepdims=True)
    var = jnp.mean((x - mean) ** 2, axis=-1, keepdims=True)
    return jnp.repeat(mean, num_groups, axis=-1), jnp.repeat(var, num_groups, axis=-1)
