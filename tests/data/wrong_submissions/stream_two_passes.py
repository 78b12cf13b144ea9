# exercise: stable_variance
# misconception: nothing_added_up
# line: 13, 16
import jax.numpy as jnp


def variance(chunks):
    total, n = 0.0, 0
    for chunk in chunks:
        total = total + jnp.sum(chunk, axis=0)
        n += chunk.shape[0]
    mean = total / n
    squares = jnp.zeros_like(mean)
    for chunk in chunks:
        squares = squares + jnp.sum((chunk - mean) ** 2, axis=0)
    return squares / n
