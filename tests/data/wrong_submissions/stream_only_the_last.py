# exercise: stable_variance
# misconception: last_chunk
# line: 9, 10, 12
import jax.numpy as jnp


def variance(chunks):
    for chunk in chunks:
        mean = jnp.mean(chunk, axis=0)
        m2 = jnp.sum((chunk - mean) ** 2, axis=0)
        n = chunk.shape[0]
    return m2 / n
