# exercise: stable_variance
# misconception: between_missing
# line: 9
import jax.numpy as jnp


def variance(chunks):
    variances = [jnp.var(chunk, axis=0) for chunk in chunks]
    return jnp.mean(jnp.stack(variances), axis=0)
