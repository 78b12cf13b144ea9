# exercise: moments
# misconception: over_positions
# line: 11
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    rows = x.reshape(-1, num_groups, x.shape[-1] // num_groups)
    mean = rows.mean(axis=(0, 2))
    var = ((rows - mean[None, :, None]) ** 2).mean(axis=(0, 2))
    shape = x.shape[:-1] + (num_groups,)
    return jnp.broadcast_to(mean, shape), jnp.broadcast_to(var, shape)
