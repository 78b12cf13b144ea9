# exercise: masked_group_norm
# misconception: instance_norm
# line: 12
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    axes = tuple(range(1, x.ndim - 1))
    assert x.shape[-1] % num_groups == 0
    keep = mask[..., None]
    count = jnp.maximum(keep.sum(axes, keepdims=True), 1)
    mean = (keep * x).sum(axes, keepdims=True) / count
    var = (keep * (x - mean) ** 2).sum(axes, keepdims=True) / count
    return keep * (gamma * (x - mean) / jnp.sqrt(var + eps) + beta)
