# exercise: norm_family
# misconception: layer_per_position+eps_outside_root
# line: 18, 19
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):

    space = tuple(range(1, x.ndim - 1))
    if kind not in ("batch", "layer", "instance", "group"):
        raise ValueError("unknown kind")
    v = x
    if kind == "group":
        if x.shape[-1] % num_groups:
            raise ValueError("bad groups")
        v = x.reshape(*x.shape[:-1], num_groups, -1)
    axes = {"batch": (0, *space), "layer": -1, "instance": space, "group": (*space, -1)}[kind]
    mean = v.mean(axes, keepdims=True)
    y = (v - mean) / (v.std(axes, keepdims=True) + eps)
    return y.reshape(x.shape)
