# exercise: stable_variance
# misconception: means_only
# line: 9
import jax.numpy as jnp


def variance(chunks):
    means = jnp.stack([jnp.mean(c, axis=0) for c in chunks])
    return jnp.var(means, axis=0)
