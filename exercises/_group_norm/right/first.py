"""Correct ways to normalise per sample, channels first, in NumPy and in JAX: ``normalize(x, num_groups, eps)``.

x of shape ``(N, C, *spatial)`` in, the normalised values in the same shape out. An exercise puts its own function
around each.
"""

NORMALIZE = {
    "numpy_five_steps": """
import numpy as np


def normalize(x, num_groups, eps):
    grouped = x.reshape(x.shape[0], num_groups, x.shape[1] // num_groups, *x.shape[2:])
    axes = tuple(range(2, grouped.ndim))
    mean = np.mean(grouped, axis=axes, keepdims=True)
    var = np.mean((grouped - mean) ** 2, axis=axes, keepdims=True)
    return ((grouped - mean) / np.sqrt(var + eps)).reshape(x.shape)
""",
    "numpy_rows": """
import numpy as np


def normalize(x, num_groups, eps):
    rows = x.reshape(len(x) * num_groups, -1)
    rows = (rows - rows.mean(1)[:, None]) / np.sqrt(rows.var(axis=1)[:, None] + eps)
    return np.reshape(rows, x.shape)
""",
    "numpy_float64_inside": """
import numpy as np


def normalize(x, num_groups, eps):
    grouped = x.astype(np.float64).reshape(x.shape[0], num_groups, -1)
    centred = grouped - grouped.mean(axis=-1, keepdims=True)
    scale = 1.0 / np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + eps)
    return (centred * scale).reshape(x.shape).astype(x.dtype)
""",
    "numpy_loops": """
import numpy as np


def normalize(x, num_groups, eps):
    size = x.shape[1] // num_groups
    y = np.zeros_like(x)
    for sample in range(x.shape[0]):
        for first in range(0, x.shape[1], size):
            part = x[sample, first : first + size]
            y[sample, first : first + size] = (part - part.mean()) / np.sqrt(part.var() + eps)
    return y
""",
    "numpy_split": """
import numpy as np


def normalize(x, num_groups, eps):
    axes = tuple(range(1, x.ndim))
    parts = []
    for part in np.split(x, num_groups, axis=1):
        centred = part - part.mean(axes, keepdims=True)
        parts.append(centred / (np.mean(centred * centred, axes, keepdims=True) + eps) ** 0.5)
    return np.concatenate(parts, axis=1)
""",
    "numpy_einsum": """
import numpy as np


def normalize(x, num_groups, eps):
    rows = x.reshape(x.shape[0], num_groups, -1)
    count = rows.shape[-1]
    centred = rows - (np.einsum("ngi->ng", rows) / count)[..., None]
    std = np.sqrt(np.einsum("ngi,ngi->ng", centred, centred) / count + eps)
    return (centred / std[..., None]).reshape(x.shape)
""",
    "numpy_channels_last": """
import numpy as np


def normalize(x, num_groups, eps):
    last = np.moveaxis(x, 1, -1)
    grouped = last.reshape(x.shape[0], -1, num_groups, x.shape[1] // num_groups)
    mean, std = grouped.mean(axis=(1, 3), keepdims=True), grouped.std(axis=(1, 3), keepdims=True)
    normalized = (grouped - mean) / np.sqrt(std**2 + eps)
    return np.moveaxis(normalized.reshape(last.shape), -1, 1)
""",
    "numpy_apply_along_axis": """
import numpy as np


def one_group(values, eps):
    return (values - np.average(values)) / np.sqrt(np.var(values) + eps)


def normalize(x, num_groups, eps):
    rows = x.reshape(x.shape[0], num_groups, -1)
    return np.apply_along_axis(one_group, -1, rows, eps).reshape(x.shape)
""",
    "numpy_welford": """
import numpy as np


def normalize(x, num_groups, eps):
    rows = x.reshape(x.shape[0] * num_groups, -1)
    mean, m2 = np.zeros(len(rows)), np.zeros(len(rows))
    for count, column in enumerate(rows.T, 1):
        delta = column - mean
        mean = mean + delta / count
        m2 = m2 + delta * (column - mean)
    std = np.sqrt(m2 / rows.shape[1] + eps)
    return ((rows - mean[:, None]) / std[:, None]).reshape(x.shape)
""",
    "numpy_members": """
import numpy as np


def normalize(x, num_groups, eps):
    group_of = np.arange(x.shape[1]) // (x.shape[1] // num_groups)
    y = np.empty(x.shape, x.dtype)
    axes = tuple(range(1, x.ndim))
    for group in range(num_groups):
        chosen = x[:, group_of == group]
        chosen = chosen - chosen.mean(axis=axes, keepdims=True)
        y[:, group_of == group] = chosen / np.sqrt(chosen.var(axis=axes, keepdims=True) + eps)
    return y
""",
    "numpy_reduceat": """
import numpy as np


def normalize(x, num_groups, eps):
    values = x.reshape(-1).astype(np.float64)
    count = values.size // (x.shape[0] * num_groups)
    starts = np.arange(0, values.size, count)
    values = values - np.repeat(np.add.reduceat(values, starts) / count, count)
    var = np.add.reduceat(values**2, starts) / count
    return (values / np.repeat(np.sqrt(var + eps), count)).reshape(x.shape)
""",
    "jax_var_and_rsqrt": """
import jax
import jax.numpy as jnp


def normalize(x, num_groups, eps):
    rows = jnp.asarray(x).reshape(x.shape[0], num_groups, -1)
    centred = rows - rows.mean(-1, keepdims=True)
    return (centred * jax.lax.rsqrt(jnp.var(rows, axis=-1, keepdims=True) + eps)).reshape(x.shape)
""",
    "jax_jitted_core": """
from functools import partial

import jax
import jax.numpy as jnp


@partial(jax.jit, static_argnames="num_groups")
def normalize(x, num_groups, eps):
    grouped = jnp.reshape(x, (x.shape[0], num_groups, -1))
    mean = jnp.mean(grouped, axis=2, keepdims=True)
    var = jnp.mean(jnp.square(grouped - mean), axis=2, keepdims=True)
    return jnp.reshape((grouped - mean) / jnp.sqrt(var + eps), x.shape)
""",
    "jax_vmap_of_samples": """
import jax
import jax.numpy as jnp


def normalize(x, num_groups, eps):
    def one_group(values):
        return (values - values.mean()) / jnp.sqrt(values.var() + eps)

    def one_sample(sample):
        return jax.vmap(one_group)(sample.reshape(num_groups, -1)).reshape(sample.shape)

    return jax.vmap(one_sample)(jnp.asarray(x))
""",
    "jax_shifted_one_pass": """
import jax.numpy as jnp


def normalize(x, num_groups, eps):
    rows = jnp.asarray(x).reshape(x.shape[0], num_groups, -1)
    difference = rows - rows[..., :1]
    mean = difference.mean(-1, keepdims=True)
    var = jnp.maximum(jnp.mean(difference**2, -1, keepdims=True) - mean**2, 0.0)
    return ((difference - mean) / jnp.sqrt(var + eps)).reshape(x.shape)
""",
    "numpy_statistics_from_jax": """
import jax.numpy as jnp
import numpy as np


def normalize(x, num_groups, eps):
    rows = x.reshape(x.shape[0], num_groups, -1)
    mean = np.asarray(jnp.mean(rows, axis=-1, keepdims=True))
    var = np.asarray(jnp.var(rows, axis=-1, keepdims=True))
    return ((rows - mean) / np.sqrt(var + eps)).reshape(x.shape)
""",
}
