# exercise: moments
# misconception: sum_of_squares
# line: 14
import jax
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")

    def one(group):
        d = group - group.mean()
        return group.mean(), jnp.dot(d, d)

    rows = x.reshape(-1, x.shape[-1] // num_groups)
    m, v = jax.vmap(one)(rows)
    shape = x.shape[:-1] + (num_groups,)
    return m.reshape(shape), v.reshape(shape)
