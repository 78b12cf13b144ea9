"""Other correct ways to write ``mixed_group_norm``, as whole submissions."""

from grader.course import RightVariant

_HEAD = "import jax\nimport jax.numpy as jnp\n\n\ndef mixed_group_norm(x, gamma, beta, num_groups, eps=1e-5):\n"
_SOURCES = {
    "dtype_of_reductions": """
    c = x.shape[-1]
    g = x.reshape(x.shape[0], -1, num_groups, c // num_groups)
    mean = jnp.mean(g, axis=(1, 3), keepdims=True, dtype=jnp.float32)
    centred = g - mean
    var = jnp.mean(jnp.square(centred), axis=(1, 3), keepdims=True)
    y = (centred * jax.lax.rsqrt(var + eps)).reshape(x.shape)
    return jnp.asarray(y * gamma + beta, x.dtype)
""",
    "shifted": """
    c = x.shape[-1]
    g = x.reshape(x.shape[0], -1, num_groups, c // num_groups).astype(jnp.float32)
    g = g - g[:, :1, :, :1]
    mean = g.mean((1, 3), keepdims=True)
    var = jnp.maximum((g * g).mean((1, 3), keepdims=True) - mean**2, 0)
    y = ((g - mean) / (var + eps) ** 0.5).reshape(x.shape)
    return (gamma * y + beta).astype(x.dtype)
""",
    "var_of_wide": """
    n, c = x.shape[0], x.shape[-1]
    rows = jnp.moveaxis(x, -1, 1).reshape(n, num_groups, -1)
    mean = rows.mean(-1, keepdims=True, dtype="float32")
    std = jnp.sqrt(jnp.var(rows.astype("float32"), axis=-1, keepdims=True) + eps)
    y = ((rows - mean) / std).reshape(n, c, -1) * gamma[:, None] + beta[:, None]
    return jnp.moveaxis(y.reshape(n, c, *x.shape[1:-1]), 1, -1).astype(x.dtype)
""",
    "sums_in_float32": """
    c = x.shape[-1]
    g = x.reshape(x.shape[0], -1, num_groups, c // num_groups)
    size = g.shape[1] * g.shape[3]
    mean = jnp.sum(g, axis=(1, 3), keepdims=True, dtype=jnp.float32) / size
    centred = g.astype(jnp.float32) - mean
    std = jnp.sqrt(jnp.einsum("npgd,npgd->ng", centred, centred)[:, None, :, None] / size + eps)
    y = (centred / std).reshape(x.shape)
    return jax.lax.convert_element_type(y * gamma + beta, x.dtype)
""",
    "promoted_by_a_scalar_array": """
    shape, dtype = x.shape, x.dtype
    x = x * jnp.ones((), jnp.float32)
    x = x.reshape(*shape[:-1], num_groups, -1)
    axes = tuple(range(1, x.ndim - 2)) + (-1,)
    x = x - x.mean(axes, keepdims=True)
    x = x / jnp.sqrt(jnp.mean(x**2, axes, keepdims=True) + eps)
    return (x.reshape(shape) * gamma + beta).astype(dtype)
""",
    "one_sample_at_a_time": """
    def one(sample):
        wide = sample.astype(jnp.float32).reshape(-1, num_groups, sample.shape[-1] // num_groups)
        mean = wide.mean((0, 2), keepdims=True)
        wide = (wide - mean) / jnp.sqrt(wide.var((0, 2), keepdims=True) + eps)
        return (wide.reshape(sample.shape) * gamma + beta).astype(sample.dtype)

    return jax.vmap(one)(x)
""",
}

VARIANTS = tuple(RightVariant(name=name, source=_HEAD + text.lstrip("\n")) for name, text in _SOURCES.items())
