"""Other correct ways to write ``masked_group_norm``, as whole submissions."""

from grader.course import RightVariant

_HEAD = "import jax\nimport jax.numpy as jnp\n\n\n"
_SOURCES = {
    "where_argument": """
def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    values = x.reshape(n, -1, num_groups, c // num_groups)
    keep = mask.reshape(n, -1)
    some = keep | ~keep.any(axis=1, keepdims=True)
    which = some[:, :, None, None]
    mean = jnp.mean(values, axis=(1, 3), keepdims=True, where=which)
    var = jnp.var(values, axis=(1, 3), keepdims=True, where=which)
    y = ((values - mean) * jax.lax.rsqrt(var + eps)).reshape(n, -1, c) * gamma + beta
    return jnp.where(keep[..., None], y, 0.0).reshape(x.shape)
""",
    "channels_first": """
def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    keep = mask.reshape(n, 1, -1)
    rows = jnp.moveaxis(x.reshape(n, -1, c), 2, 1)
    keep_rows = jnp.broadcast_to(keep, rows.shape).reshape(n, num_groups, -1)
    rows = rows.reshape(n, num_groups, -1)
    number = jnp.maximum(keep_rows.sum(-1, keepdims=True), 1)
    mean = jnp.where(keep_rows, rows, 0).sum(-1, keepdims=True) / number
    centred = jnp.where(keep_rows, rows - mean, 0)
    normal = centred / jnp.sqrt((centred**2).sum(-1, keepdims=True) / number + eps)
    y = normal.reshape(n, c, -1) * gamma[:, None] + beta[:, None]
    return jnp.moveaxis(y * keep, 1, 2).reshape(x.shape)
""",
    "per_channel_first": """
def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    n, c = x.shape[0], x.shape[-1]
    d = c // num_groups
    flat, w = x.reshape(n, -1, c), mask.reshape(n, -1, 1).astype(x.dtype)
    positions = jnp.maximum(w.sum(axis=1), 1)
    of_channel = (flat * w).sum(axis=1) / positions
    mean = jnp.repeat(of_channel.reshape(n, num_groups, d).mean(axis=2), d, axis=1)
    centred = (flat - mean[:, None]) * w
    squares = (centred**2).sum(axis=1) / positions
    var = jnp.repeat(squares.reshape(n, num_groups, d).mean(axis=2), d, axis=1)
    y = centred / jnp.sqrt(var + eps)[:, None] * gamma + beta
    return (y * w).reshape(x.shape)
""",
    "weights_that_add_up_to_one": """
def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(*x.shape[:-1], num_groups, c // num_groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    keep = jnp.broadcast_to(mask[..., None, None], g.shape).astype(jnp.float32)
    count = keep.sum(axes, keepdims=True)
    share = keep / jnp.where(count > 0, count, 1)
    mean = (share * g).sum(axes, keepdims=True)
    var = (share * jnp.square(g - mean)).sum(axes, keepdims=True)
    y = ((g - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return (y * gamma + beta) * mask[..., None]
""",
    "padding_gets_the_mean": """
def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    c = x.shape[-1]
    g = x.reshape(*x.shape[:-1], num_groups, c // num_groups)
    axes = (*range(1, x.ndim - 1), x.ndim)
    keep = mask[..., None, None]
    share = jnp.maximum(mask.mean(axis=tuple(range(1, mask.ndim)), keepdims=True), 1e-6)[..., None, None]
    mean = jnp.where(keep, g, 0).mean(axes, keepdims=True) / share
    filled = jnp.where(keep, g, mean)
    var = jnp.square(filled - mean).mean(axes, keepdims=True) / share
    y = ((filled - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
    return jnp.where(mask[..., None], y * gamma + beta, 0)
""",
    "sample_by_sample": """
def one(x, mask, gamma, beta, num_groups, eps):
    c = x.shape[-1]
    g = x.reshape(-1, num_groups, c // num_groups)
    w = mask.reshape(-1, 1, 1)
    size = jnp.maximum(w.sum() * g.shape[-1], 1)
    mean = (w * g).sum((0, 2), keepdims=True) / size
    var = (w * (g - mean) ** 2).sum((0, 2), keepdims=True) / size
    y = ((g - mean) * (var + eps) ** -0.5).reshape(x.shape)
    return mask[..., None] * (y * gamma + beta)


def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    return jax.vmap(lambda x, mask: one(x, mask, gamma, beta, num_groups, eps))(x, mask)
""",
    "jitted": """
from functools import partial


@partial(jax.jit, static_argnames="num_groups")
def masked_group_norm(x, mask, gamma, beta, num_groups, eps=1e-5):
    shape = x.shape
    x = x.reshape(shape[0], -1, num_groups, shape[-1] // num_groups)
    m = mask.reshape(shape[0], -1)[:, :, None, None]
    k = jnp.einsum("npab->n", m * jnp.ones_like(x[:, :, :1]))[:, None]
    k = jnp.where(k == 0, 1.0, k)
    mu = jnp.einsum("npgd,npab->ng", x, m * 1.0) / k
    x = jnp.where(m, x - mu[:, None, :, None], 0.0)
    var = jnp.einsum("npgd,npgd->ng", x, x) / k
    y = (x / jnp.sqrt(var + eps)[:, None, :, None]).reshape(shape)
    return jnp.where(mask[..., None], y * gamma + beta, 0.0)
""",
}

VARIANTS = tuple(RightVariant(name=name, source=_HEAD + text.lstrip("\n")) for name, text in _SOURCES.items())
