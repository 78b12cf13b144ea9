# exercise: norm_family
# misconception: batch_per_sample
# line: 8, 16, 20
import jax.numpy as jnp


def standardise(v, axes, eps):
    mean = jnp.mean(v, axis=axes, keepdims=True)
    d = v - mean
    return d / jnp.sqrt(jnp.mean(d * d, axis=axes, keepdims=True) + eps)


def norm(x, kind, num_groups=None, eps=1e-5):
    space = tuple(range(1, x.ndim - 1))
    if kind == "batch":
        return standardise(x, space, eps)
    if kind == "layer":
        return standardise(x, (*space, -1), eps)
    if kind == "instance":
        return standardise(x, space, eps)
    if kind == "group" and x.shape[-1] % num_groups == 0:
        g = x.reshape(*x.shape[:-1], num_groups, -1)
        return standardise(g, (*space, -1), eps).reshape(x.shape)
    raise ValueError("no such norm")
