# exercise: stable_variance
# misconception: between_weight
# line: 13
import jax.numpy as jnp


def merge(a, b):
    n_a, mean_a, m2_a = a
    n_b, mean_b, m2_b = b
    n = n_a + n_b
    delta = mean_b - mean_a
    mean = (n_a * mean_a + n_b * mean_b) / n
    return n, mean, m2_a + m2_b + delta**2


def variance(chunks):
    state = None
    for chunk in chunks:
        new = (chunk.shape[0], jnp.mean(chunk, 0), jnp.var(chunk, 0) * chunk.shape[0])
        state = new if state is None else merge(state, new)
    return state[2] / state[0]
