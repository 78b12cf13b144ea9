# exercise: moments
# misconception: standard_deviation
# line: 12
import jax.numpy as jnp


def moments(x, num_groups):
    assert x.shape[-1] % num_groups == 0
    groups = jnp.stack(jnp.split(x, num_groups, axis=-1), axis=-2)
    mean = groups.mean(axis=-1, keepdims=True)
    var = jnp.mean(jnp.square(groups - mean), axis=-1)
    root = jnp.sqrt(var)
    return mean.squeeze(-1), root
