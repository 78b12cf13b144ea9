# exercise: norm_family
# misconception: group_per_position
# line: 24
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):

    spatial = list(range(1, x.ndim - 1))
    shape = x.shape
    if kind == "batch":
        axes = [0] + spatial
    elif kind == "layer":
        axes = spatial + [x.ndim - 1]
    elif kind == "instance":
        axes = spatial
    elif kind == "group":
        if shape[-1] % num_groups != 0:
            raise ValueError("num_groups must divide C")
        x = x.reshape(*shape[:-1], num_groups, shape[-1] // num_groups)
        axes = [-1]
    else:
        raise ValueError(kind)
    mean = jnp.mean(x, axis=tuple(axes), keepdims=True)
    var = jnp.mean((x - mean) ** 2, axis=tuple(axes), keepdims=True)
    return ((x - mean) / jnp.sqrt(var + eps)).reshape(shape)
