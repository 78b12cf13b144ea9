# exercise: moments
# misconception: groups_interleaved
# line: 12, 13
import jax.numpy as jnp


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("does not divide")
    means, variances = [], []
    for g in range(num_groups):
        part = x[..., g::num_groups]
        means.append(part.mean(-1))
        variances.append(part.var(-1))
    return jnp.stack(means, -1), jnp.stack(variances, -1)
