# exercise: moments
# misconception: first_group_for_all
# line: 11, 13, 14
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    size = x.shape[-1] // num_groups
    first = x[..., 0:size]
    shape = (*x.shape[:-1], num_groups)
    mean = jnp.broadcast_to(first.mean(-1)[..., None], shape)
    return mean, jnp.broadcast_to(first.var(-1)[..., None], shape)
