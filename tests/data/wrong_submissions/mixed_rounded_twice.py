# exercise: mixed_precision
# misconception: half_on_the_way
# line: 11, 12
import jax.numpy as jnp


def mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):
    wide = x.astype(jnp.float32).reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    mean = wide.mean((1, 3), keepdims=True)
    var = jnp.square(wide - mean).mean((1, 3), keepdims=True)
    normal = ((wide - mean) * (var + eps) ** -0.5).reshape(x.shape).astype(x.dtype)
    return jnp.asarray(normal * gamma + beta, dtype=x.dtype)
