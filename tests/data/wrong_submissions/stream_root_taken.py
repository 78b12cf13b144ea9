# exercise: stable_variance
# misconception: standard_deviation
# line: 15
import jax.numpy as jnp


def variance(chunks):
    count, mean, m2 = 0, 0.0, 0.0
    for chunk in chunks:
        for row in chunk:
            count += 1
            delta = row - mean
            mean = mean + delta / count
            m2 = m2 + delta * (row - mean)
    return jnp.sqrt(m2 / count)
