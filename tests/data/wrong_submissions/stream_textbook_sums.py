# exercise: stable_variance
# misconception: squares_cancel
# line: 15
import jax.numpy as jnp


def variance(chunks):
    n = 0
    s = ss = 0.0
    for chunk in chunks:
        n += chunk.shape[0]
        s = s + jnp.sum(chunk, axis=0)
        ss = ss + jnp.sum(chunk * chunk, axis=0)
    mean = s / n
    return ss / n - mean * mean
