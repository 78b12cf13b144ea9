# exercise: stable_variance
# misconception: between_not_squared
# line: 16
import jax.numpy as jnp


def variance(chunks):
    first = next(chunks)
    n = first.shape[0]
    mean = jnp.mean(first, axis=0)
    m2 = jnp.sum((first - mean) ** 2, axis=0)
    for chunk in chunks:
        k = chunk.shape[0]
        new_mean = jnp.mean(chunk, axis=0)
        delta = new_mean - mean
        m2 += jnp.sum((chunk - new_mean) ** 2, axis=0) + delta * n * k / (n + k)
        mean += delta * k / (n + k)
        n += k
    return m2 / n
