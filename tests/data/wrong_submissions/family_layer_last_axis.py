# exercise: norm_family
# misconception: layer_per_position
# line: 11
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):

    space = tuple(range(1, x.ndim - 1))
    if kind == "layer":
        mean = x.mean(-1, keepdims=True)
        return (x - mean) / jnp.sqrt(x.var(-1, keepdims=True) + eps)
    if kind == "group":
        if x.shape[-1] % num_groups:
            raise ValueError("bad groups")
        g = x.reshape(*x.shape[:-1], num_groups, -1)
        axes = (*space, -1)
        return ((g - g.mean(axes, keepdims=True)) / jnp.sqrt(g.var(axes, keepdims=True) + eps)).reshape(x.shape)
    axes = {"batch": (0, *space), "instance": space}[kind]
    mean = x.mean(axes, keepdims=True)
    return (x - mean) / jnp.sqrt(x.var(axes, keepdims=True) + eps)
