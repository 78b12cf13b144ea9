# exercise: stable_variance
# misconception: old_mean_twice
# line: 13
import jax
import jax.numpy as jnp


def variance(chunks):
    def body(state, row):
        n, mean, m2 = state
        n = n + 1
        delta = row - mean
        m2 = m2 + delta**2
        return (n, mean + delta / n, m2), None

    state = None
    for chunk in chunks:
        if state is None:
            state = (jnp.zeros(()), jnp.zeros(chunk.shape[1]), jnp.zeros(chunk.shape[1]))
        state, _ = jax.lax.scan(body, state, chunk)
    return state[2] / state[0]
