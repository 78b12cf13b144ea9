# exercise: norm_family
# misconception: eps_1e5_hard_coded
# line: 20
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):
    channels = x.shape[-1]
    if kind in ("batch", "instance"):
        num_groups = channels
    elif kind == "layer":
        num_groups = 1
    elif kind != "group":
        raise ValueError(kind)
    assert channels % num_groups == 0
    g = x.reshape(x.shape[0], -1, num_groups, channels // num_groups)
    axes = (0, 1, 3) if kind == "batch" else (1, 3)
    mean = jnp.mean(g, axis=axes, keepdims=True)
    var = jnp.mean((g - mean) ** 2, axis=axes, keepdims=True)
    y = (g - mean) / jnp.sqrt(var + 1e-5)
    return y.reshape(x.shape)
