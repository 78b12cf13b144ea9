# exercise: stable_variance
# misconception: first_chunk_lost
# line: 13, 14
import jax.numpy as jnp


def variance(chunks):
    shift = jnp.mean(next(chunks), axis=0)
    n, s, q = 0, jnp.zeros_like(shift), jnp.zeros_like(shift)
    for chunk in chunks:
        d = chunk - shift
        n += d.shape[0]
        s = s + d.sum(0)
        q = q + (d * d).sum(0)
    return (q - s**2 / max(n, 1)) / max(n, 1)
