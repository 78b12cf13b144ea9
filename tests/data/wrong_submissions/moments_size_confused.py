# exercise: moments
# misconception: group_size_confused
# line: 12, 13
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    mean, var = [], []
    for i in range(num_groups):
        group = x[..., i * num_groups : (i + 1) * num_groups]
        m = group.sum(-1) / num_groups
        mean.append(m)
        var.append(jnp.sum((group - m[..., None]) ** 2, axis=-1) / num_groups)
    return jnp.stack(mean, axis=-1), jnp.stack(var, axis=-1)
