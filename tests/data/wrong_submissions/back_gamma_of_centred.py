# exercise: group_norm_gradient
# misconception: gamma_gradient_of_centred
# line: 31
from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    y, _ = fwd(x, gamma, beta, num_groups, eps)
    return y


def fwd(x, gamma, beta, num_groups, eps):
    assert x.shape[-1] % num_groups == 0
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    mean = jnp.mean(g, axis=-1, keepdims=True)
    var = jnp.mean(jnp.square(g - mean), axis=-1, keepdims=True)
    inv = jax.lax.rsqrt(var + eps)
    y = ((g - mean) * inv).reshape(x.shape) * gamma + beta
    return y, (x, mean, inv, gamma)


def bwd(num_groups, eps, saved, ct):
    x, mean, inv, gamma = saved
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    centred = g - mean
    lead = tuple(range(ct.ndim - 1))
    grad_gamma = jnp.sum(ct * centred.reshape(x.shape), axis=lead)
    grad_beta = jnp.sum(ct, axis=lead)
    h = (ct * gamma).reshape(g.shape)
    d = g.shape[-1]
    through_mean = -jnp.sum(h, axis=-1, keepdims=True) * inv / d
    through_var = -centred * inv**3 * jnp.sum(h * centred, axis=-1, keepdims=True) / d
    grad_x = h * inv + through_mean + through_var
    return grad_x.reshape(x.shape), grad_gamma, grad_beta


group_norm.defvjp(fwd, bwd)
