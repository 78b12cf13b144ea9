# exercise: stable_variance
# misconception: divided_by_chunks
# line: 18
import jax.numpy as jnp


def variance(chunks):
    seen, rows = 0, 0
    mean = total = 0.0
    for chunk in chunks:
        seen += 1
        k = chunk.shape[0]
        own = jnp.mean(chunk, axis=0)
        delta = own - mean
        total = total + jnp.sum((chunk - own) ** 2, axis=0) + delta * delta * rows * k / (rows + k)
        mean = mean + delta * k / (rows + k)
        rows += k
    return total / seen
