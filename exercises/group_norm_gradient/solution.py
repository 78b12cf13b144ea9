from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    """Normalises each group of C / num_groups adjacent channels of x, shape (..., C), position by position.

    gamma and beta have shape (C,). Returns gamma * (x - mean) / sqrt(variance + eps) + beta, in the shape of x.
    """
    return there(x, gamma, beta, num_groups, eps)[0]


def there(x, gamma, beta, num_groups, eps):
    """The output, and what the way back will need: x, gamma, and two numbers a group."""
    channels = x.shape[-1]
    if channels % num_groups:
        raise ValueError(f"{channels} channels do not split into {num_groups} groups")

    # x_pgd = x_pc with c = g * D + d
    grouped = x.reshape(*x.shape[:-1], num_groups, channels // num_groups)

    # mu_pg = 1/D * sum_d x_pgd
    mean = jnp.mean(grouped, axis=-1, keepdims=True)

    # r_pg = 1 / sqrt(sigma_pg^2 + eps), with sigma_pg^2 = 1/D * sum_d (x_pgd - mu_pg)^2
    inverse_std = 1 / jnp.sqrt(jnp.mean((grouped - mean) ** 2, axis=-1, keepdims=True) + eps)

    # y_pc = gamma_c * n_pc + beta_c, with n_pgd = (x_pgd - mu_pg) * r_pg
    normalized = ((grouped - mean) * inverse_std).reshape(x.shape)
    return gamma * normalized + beta, (x, gamma, mean, inverse_std)


def back(num_groups, eps, kept, cotangent):
    """The gradients with respect to x, gamma and beta, given that with respect to the output."""
    x, gamma, mean, inverse_std = kept

    # n again: a subtraction and a product cost less than another array of the size of x would
    grouped = x.reshape(*x.shape[:-1], num_groups, -1)
    normalized = (grouped - mean) * inverse_std

    # dL/dgamma_c = sum_p dL/dy_pc * n_pc and dL/dbeta_c = sum_p dL/dy_pc: both act at all positions
    positions = tuple(range(x.ndim - 1))
    d_gamma = jnp.sum(cotangent * normalized.reshape(x.shape), axis=positions)
    d_beta = jnp.sum(cotangent, axis=positions)

    # u_pc = dL/dn_pc = gamma_c * dL/dy_pc
    u = (cotangent * gamma).reshape(grouped.shape)

    # dL/dx = r * (u - mean(u) - n * mean(u * n)): directly, through the mean, and through the variance
    along = jnp.mean(u * normalized, axis=-1, keepdims=True)
    d_x = inverse_std * (u - jnp.mean(u, axis=-1, keepdims=True) - normalized * along)
    return d_x.reshape(x.shape), d_gamma, d_beta


group_norm.defvjp(there, back)
