# exercise: norm_family
# misconception: per_position
# line: 17
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):

    c = x.shape[-1]
    if kind == "batch":
        axes = tuple(range(x.ndim - 1))
        return (x - x.mean(axes)) / jnp.sqrt(x.var(axes) + eps)
    groups = {"layer": 1, "instance": c, "group": num_groups}[kind]
    if c % groups:
        raise ValueError("bad groups")
    g = x.reshape(*x.shape[:-1], groups, c // groups)
    mean = g.mean(-1, keepdims=True)
    var = ((g - mean) ** 2).mean(-1, keepdims=True)
    return ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
