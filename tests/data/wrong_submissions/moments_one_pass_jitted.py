# exercise: moments
# misconception: one_pass_variance
# line: 12, 13
import jax
import jax.numpy as jnp


@jax.jit
def stats(rows):
    n = rows.shape[-1]
    s1 = jnp.sum(rows, axis=-1)
    s2 = jnp.einsum("...i,...i->...", rows, rows)
    return s1 / n, (s2 - s1**2 / n) / n


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    return stats(x.reshape(*x.shape[:-1], num_groups, -1))
