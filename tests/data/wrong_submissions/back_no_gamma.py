# exercise: group_norm_gradient
# misconception: gamma_missing_back
# line: 33, 34
from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    return forward(x, gamma, beta, num_groups, eps)[0]


def forward(x, gamma, beta, num_groups, eps):
    if x.shape[-1] % num_groups:
        raise ValueError("groups must divide channels")
    rows = x.reshape(-1, x.shape[-1] // num_groups)
    mu = rows.mean(1)
    rs = 1 / jnp.sqrt(rows.var(1) + eps)
    xhat = (rows - mu[:, None]) * rs[:, None]
    return xhat.reshape(x.shape) * gamma + beta, (x, gamma, mu, rs)


def backward(num_groups, eps, res, dy):
    x, gamma, mu, rs = res
    rows = x.reshape(len(mu), -1)
    xc = rows - mu[:, None]
    xhat = xc * rs[:, None]
    flat = dy.reshape(-1, x.shape[-1])
    dgamma = (flat * xhat.reshape(flat.shape)).sum(0)
    dbeta = flat.sum(0)
    dxhat = flat.reshape(rows.shape)
    m1 = dxhat.mean(1, keepdims=True)
    m2 = (dxhat * xhat).mean(1, keepdims=True)
    dx = rs[:, None] * (dxhat - m1 - xhat * m2)
    return dx.reshape(x.shape), dgamma, dbeta


group_norm.defvjp(forward, backward)
