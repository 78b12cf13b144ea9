# exercise: stable_variance
# misconception: place_kept
# line: 14
import jax.numpy as jnp


def variance(chunks):
    shift, total, n = None, 0.0, 0
    for chunk in chunks:
        if shift is None:
            shift = jnp.mean(chunk, axis=0)
        total = total + jnp.sum((chunk - shift) ** 2, axis=0)
        n = n + chunk.shape[0]
    return total / n
