# exercise: stable_variance
# misconception: running_average
# line: 12
import jax.numpy as jnp


def variance(chunks, momentum=0.99):
    ra_var = jnp.ones(())
    for chunk in chunks:
        mean = chunk.mean(axis=0)
        var = jnp.mean((chunk - mean) ** 2, axis=0)
        ra_var = momentum * ra_var + (1 - momentum) * var
    return ra_var
