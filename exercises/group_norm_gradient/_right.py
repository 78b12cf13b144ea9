"""Other correct ways to write ``group_norm`` with a gradient that keeps little, as whole submissions."""

from grader.course import RightVariant

_SOURCES = {
    "made_within_the_call": """
import jax
import jax.numpy as jnp


def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    if x.shape[-1] % num_groups:
        raise ValueError("no such groups")

    @jax.custom_vjp
    def f(x, gamma, beta):
        return there(x, gamma, beta)[0]

    def there(x, gamma, beta):
        rows = x.reshape(-1, x.shape[-1] // num_groups)
        mean = rows.mean(axis=1)
        r = jax.lax.rsqrt(rows.var(axis=1) + eps)
        n = (rows - mean[:, None]) * r[:, None]
        return n.reshape(x.shape) * gamma + beta, (x, gamma, mean, r)

    def back(kept, g):
        x, gamma, mean, r = kept
        rows = x.reshape(len(mean), -1)
        n = (rows - mean[:, None]) * r[:, None]
        u = (g * gamma).reshape(rows.shape)
        size = rows.shape[1]
        total, dot = u.sum(axis=1, keepdims=True), (u * n).sum(axis=1, keepdims=True)
        dx = (size * u - total - n * dot) * (r / size)[:, None]
        flat = (-1, x.shape[-1])
        dgamma = (g * n.reshape(x.shape)).reshape(flat).sum(axis=0)
        return dx.reshape(x.shape), dgamma, g.reshape(flat).sum(axis=0)

    f.defvjp(there, back)
    return f(x, gamma, beta)
""",
    "normalised_values_instead_of_x": """
from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    return forward(x, gamma, beta, num_groups, eps)[0]


def forward(x, gamma, beta, num_groups, eps):
    assert x.shape[-1] % num_groups == 0
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    g = g - g.mean(-1, keepdims=True)
    std = jnp.sqrt((g * g).mean(-1, keepdims=True) + eps)
    n = (g / std).reshape(x.shape)
    return gamma * n + beta, (n, std, gamma)


def backward(num_groups, eps, kept, dy):
    n, std, gamma = kept
    axes = tuple(range(dy.ndim - 1))
    cut = (*dy.shape[:-1], num_groups, -1)
    dn, g = (gamma * dy).reshape(cut), n.reshape(cut)
    dx = (dn - dn.mean(-1, keepdims=True) - g * (dn * g).mean(-1, keepdims=True)) / std
    return dx.reshape(dy.shape), (dy * n).sum(axes), dy.sum(axes)


group_norm.defvjp(forward, backward)
""",
    "einsum_and_jit": """
from functools import partial

import jax
import jax.numpy as jnp

einsum = partial(jnp.einsum, precision="highest")


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
@partial(jax.jit, static_argnums=(3, 4))
def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    return fwd(x, gamma, beta, num_groups, eps)[0]


@partial(jax.jit, static_argnums=(3, 4))
def fwd(x, gamma, beta, num_groups, eps):
    if x.shape[-1] % num_groups != 0:
        raise ValueError("groups")
    g = x.reshape(-1, num_groups, x.shape[-1] // num_groups)
    mean = g.mean(-1)
    c = g - mean[..., None]
    r = (einsum("pgd,pgd->pg", c, c) / c.shape[-1] + eps) ** -0.5
    y = (c * r[..., None]).reshape(x.shape) * gamma + beta
    return y, (x, gamma, mean, r)


@partial(jax.jit, static_argnums=(0, 1))
def bwd(num_groups, eps, kept, dy):
    x, gamma, mean, r = kept
    g = x.reshape(-1, num_groups, x.shape[-1] // num_groups)
    n = (g - mean[..., None]) * r[..., None]
    d = dy.reshape(n.shape)
    w = gamma.reshape(n.shape[1:])
    u = d * w
    a = u.mean(-1)
    b = einsum("pgd,pgd->pg", u, n) / n.shape[-1]
    dx = r[..., None] * (u - a[..., None] - n * b[..., None])
    return dx.reshape(x.shape), einsum("pgd,pgd->gd", d, n).ravel(), d.sum(0).ravel()


group_norm.defvjp(fwd, bwd)
""",
    "through_the_statistics": """
from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    return there(x, gamma, beta, num_groups, eps)[0]


def there(x, gamma, beta, num_groups, eps):
    channels = x.shape[-1]
    if channels % num_groups:
        raise ValueError("groups must divide channels")
    cut = x.reshape(*x.shape[:-1], num_groups, channels // num_groups)
    mean = cut.mean(-1, keepdims=True)
    var = ((cut - mean) ** 2).mean(-1, keepdims=True)
    y = gamma * ((cut - mean) / jnp.sqrt(var + eps)).reshape(x.shape) + beta
    return y, (x, gamma, mean, var)


def back(num_groups, eps, kept, g):
    x, gamma, mean, var = kept
    cut = x.reshape(*x.shape[:-1], num_groups, -1)
    size = cut.shape[-1]
    r = 1 / jnp.sqrt(var + eps)
    centred = cut - mean
    dn = (g * gamma).reshape(cut.shape)
    dvar = (dn * centred * r).sum(-1, keepdims=True) * (-0.5 * r**2)
    dmean = -(dn * r).sum(-1, keepdims=True)
    dx = dn * r + 2 * centred * dvar / size + dmean / size
    axes = tuple(range(x.ndim - 1))
    n = (centred * r).reshape(x.shape)
    return dx.reshape(x.shape), jnp.sum(g * n, axes), jnp.sum(g, axes)


group_norm.defvjp(there, back)
""",
    "jax_vjp_of_a_part": """
from functools import partial

import jax
import jax.numpy as jnp


def plain(x, gamma, beta, num_groups, eps):
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    mean = g.mean(-1, keepdims=True)
    return gamma * ((g - mean) / jnp.sqrt(g.var(-1, keepdims=True) + eps)).reshape(x.shape) + beta


@partial(jax.custom_vjp, nondiff_argnums=(3, 4))
def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    if x.shape[-1] % num_groups:
        raise ValueError("groups must divide channels")
    return plain(x, gamma, beta, num_groups, eps)


def there(x, gamma, beta, num_groups, eps):
    return group_norm(x, gamma, beta, num_groups, eps), (x, gamma, beta)


def back(num_groups, eps, kept, g):
    return jax.vjp(lambda *given: plain(*given, num_groups, eps), *kept)[1](g)


group_norm.defvjp(there, back)
""",
}

VARIANTS = tuple(RightVariant(name=name, source=source.lstrip("\n")) for name, source in _SOURCES.items())
