# exercise: masked_group_norm
# misconception: padding_as_zeros
# line: 10
import jax.numpy as jnp


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    x = jnp.where(mask[..., None], x, 0)
    g = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    mean, var = g.mean((1, 3), keepdims=True), g.var((1, 3), keepdims=True)
    y = ((g - mean) * (var + eps) ** -0.5).reshape(x.shape)
    return jnp.where(mask[..., None], gamma * y + beta, 0)
