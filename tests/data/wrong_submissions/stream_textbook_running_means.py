# exercise: stable_variance
# misconception: squares_cancel
# line: 12
import jax.numpy as jnp


def variance(chunks):
    ex, ex2 = 0.0, 0.0
    for t, chunk in enumerate(chunks, 1):
        ex += (chunk.mean(0) - ex) / t
        ex2 += (jnp.square(chunk).mean(0) - ex2) / t
    return ex2 - jnp.square(ex)
