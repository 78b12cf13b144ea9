# exercise: norm_family
# misconception: layer_instance_exchanged
# line: 15, 17, 22, 24
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):

    c = x.shape[-1]
    space = tuple(range(1, x.ndim - 1))
    if kind == "batch":
        axes = (0, *space)
        return (x - x.mean(axes)) / jnp.sqrt(x.var(axes) + eps)
    if kind == "layer":
        num_groups = c
    elif kind == "instance":
        num_groups = 1
    elif kind != "group":
        raise ValueError(kind)
    if c % num_groups:
        raise ValueError("bad groups")
    g = x.reshape(*x.shape[:-1], num_groups, c // num_groups)
    axes = (*space, x.ndim)
    mean = g.mean(axes, keepdims=True)
    var = ((g - mean) ** 2).mean(axes, keepdims=True)
    return ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
