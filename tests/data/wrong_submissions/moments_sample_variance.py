# exercise: moments
# misconception: sample_variance
# line: 14
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    size = x.shape[-1] // num_groups
    y = jnp.reshape(x, (*x.shape[:-1], num_groups, size))
    mean = jnp.sum(y, axis=-1) / size
    dev = y - jnp.expand_dims(mean, -1)
    return mean, jnp.sum(dev * dev, axis=-1) / (size - 1)
