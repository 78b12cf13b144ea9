# exercise: stable_variance
# misconception: squares_for_variance
# line: 12
import jax.numpy as jnp


def variance(chunks):
    squares, n = 0.0, 0
    for chunk in chunks:
        squares = squares + jnp.einsum("bc,bc->c", chunk, chunk)
        n += chunk.shape[0]
    return squares / n
