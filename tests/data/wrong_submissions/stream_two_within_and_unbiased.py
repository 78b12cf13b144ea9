# exercise: stable_variance
# misconception: between_missing+sample_variance
# line: 12
import jax.numpy as jnp


def variance(chunks):
    m2, n = 0.0, 0
    for chunk in chunks:
        m2 = m2 + jnp.sum((chunk - jnp.mean(chunk, axis=0)) ** 2, axis=0)
        n += chunk.shape[0]
    return m2 / (n - 1)
