"""Other correct ways to write ``norm(x, kind, num_groups=None, eps=1e-5)``, as whole submissions.

Most differ in how they measure and normalise, around the same choice of axes; some in how they choose the sets.
"""

from grader.course import RightVariant

# ``normalize(values, axes, eps)``: sets along the axes of an array, normalised in its shape.
_AROUND = '''\
import jax
import jax.numpy as jnp


{normalize}

def norm(x, kind, num_groups=None, eps=1e-5):
    """One of four norms."""
    if kind not in ("batch", "layer", "instance", "group"):
        raise ValueError("no such kind")
    spatial = tuple(range(1, x.ndim - 1))
    if kind == "batch":
        return normalize(x, (0, *spatial), eps)
    if kind == "layer":
        return normalize(x, (*spatial, x.ndim - 1), eps)
    if kind == "instance":
        return normalize(x[..., None], (*spatial, x.ndim), eps)[..., 0]
    if x.shape[-1] % num_groups:
        raise ValueError("channels must be divisible by num_groups")
    grouped = x.reshape(*x.shape[:-1], num_groups, -1)
    return normalize(grouped, (*spatial, x.ndim), eps).reshape(x.shape)
'''

_NORMALIZE = {
    "two_pass": """
def normalize(values, axes, eps):
    centred = values - jnp.mean(values, axis=axes, keepdims=True)
    return centred / jnp.sqrt(jnp.mean(jnp.square(centred), axis=axes, keepdims=True) + eps)
""",
    "jnp_var_and_rsqrt": """
def normalize(values, axes, eps):
    mean, var = values.mean(axes, keepdims=True), values.var(axes, keepdims=True)
    return (values - mean) * jax.lax.rsqrt(var + eps)
""",
    "sums": """
def normalize(values, axes, eps):
    size = 1
    for axis in axes:
        size *= values.shape[axis]
    mean = values.sum(axes, keepdims=True) / size
    var = ((values - mean) ** 2).sum(axes, keepdims=True) / size
    return (values - mean) / (var + eps) ** 0.5
""",
    "shifted_one_pass": """
def normalize(values, axes, eps):
    first = values[tuple(slice(0, 1) if axis in axes else slice(None) for axis in range(values.ndim))]
    shifted = values - first
    mean = shifted.mean(axes, keepdims=True)
    var = jnp.maximum((shifted**2).mean(axes, keepdims=True) - mean**2, 0)
    return (shifted - mean) / jnp.sqrt(var + eps)
""",
    "centred_twice": """
def normalize(values, axes, eps):
    centred = values - values.mean(axes, keepdims=True)
    centred = centred - centred.mean(axes, keepdims=True)
    return centred / jnp.sqrt((centred * centred).mean(axes, keepdims=True) + eps)
""",
    "folded": """
def normalize(values, axes, eps):
    scale = 1 / jnp.sqrt(values.var(axes, keepdims=True) + eps)
    return values * scale - values.mean(axes, keepdims=True) * scale
""",
    "jitted_core": """
from functools import partial


@partial(jax.jit, static_argnums=1)
def normalize(values, axes, eps):
    centred = values - values.mean(axes, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(axes, keepdims=True) + eps)
""",
    "rows": """
def normalize(values, axes, eps):
    kept = [axis for axis in range(values.ndim) if axis not in axes]
    moved = jnp.transpose(values, (*kept, *axes))
    rows = moved.reshape(*[values.shape[axis] for axis in kept], -1)
    centred = rows - rows.mean(-1, keepdims=True)
    rows = centred / jnp.sqrt(jnp.mean(centred**2, -1, keepdims=True) + eps)
    back = [(*kept, *axes).index(axis) for axis in range(values.ndim)]
    return jnp.transpose(rows.reshape(moved.shape), back)
""",
    "one_axis_after_another": """
def mean_of(values, axes):
    for axis in axes:
        values = values.mean(axis, keepdims=True)
    return values


def normalize(values, axes, eps):
    centred = values - mean_of(values, axes)
    return centred / jnp.sqrt(mean_of(centred**2, axes) + eps)
""",
    "welford_by_scan": """
def step(carry, value):
    count, mean, m2 = carry
    delta = value - mean
    mean = mean + delta / (count + 1)
    return (count + 1, mean, m2 + delta * (value - mean)), None


def normalize(values, axes, eps):
    kept = [axis for axis in range(values.ndim) if axis not in axes]
    ahead = jnp.transpose(values, (*axes, *kept)).reshape(-1, *[values.shape[axis] for axis in kept])
    start = jnp.zeros(ahead.shape[1:])
    (count, mean, m2), _ = jax.lax.scan(step, (0.0, start, start), ahead)
    mean, var = jnp.expand_dims(mean, axes), jnp.expand_dims(m2 / count, axes)
    return (values - mean) / jnp.sqrt(var + eps)
""",
}

_WHOLE = {
    "all_are_group_norm": '''
import jax.numpy as jnp


def group_norm(x, num_groups, eps):
    if x.shape[-1] % num_groups:
        raise ValueError("channels must be divisible by num_groups")
    grouped = x.reshape(x.shape[0], -1, num_groups, x.shape[-1] // num_groups)
    centred = grouped - grouped.mean(axis=(1, 3), keepdims=True)
    return (centred / jnp.sqrt((centred**2).mean(axis=(1, 3), keepdims=True) + eps)).reshape(x.shape)


def norm(x, kind, num_groups=None, eps=1e-5):
    """Batch norm is instance norm of one long sample."""
    channels = x.shape[-1]
    if kind == "batch":
        return group_norm(x.reshape(1, -1, channels), channels, eps).reshape(x.shape)
    groups = {"layer": 1, "instance": channels, "group": num_groups}[kind]
    return group_norm(x, groups, eps)
''',
    "vmap_over_samples": '''
import jax
import jax.numpy as jnp


def standard(values, eps):
    return (values - values.mean()) / jnp.sqrt(values.var() + eps)


def of_channels(x, eps):
    return jax.vmap(lambda channel: standard(channel, eps), in_axes=-1, out_axes=-1)(x)


def norm(x, kind, num_groups=None, eps=1e-5):
    """One set at a time."""
    match kind:
        case "batch":
            return of_channels(x, eps)
        case "layer":
            return jax.vmap(lambda sample: standard(sample, eps))(x)
        case "instance":
            return jax.vmap(lambda sample: of_channels(sample, eps))(x)
        case "group":
            assert x.shape[-1] % num_groups == 0
            parts = jnp.split(x, num_groups, axis=-1)
            return jnp.concatenate([norm(part, "layer", eps=eps) for part in parts], axis=-1)
    raise ValueError(kind)
''',
    "channels_first_inside": '''
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):
    """In the layout of other libraries, and back."""
    if kind not in {"batch", "layer", "instance", "group"}:
        raise ValueError(f"unknown kind {kind}")
    first = jnp.moveaxis(x, -1, 1)
    n, channels = first.shape[:2]
    groups = {"layer": 1, "group": num_groups}.get(kind, channels)
    if channels % groups:
        raise ValueError("does not divide")
    rows = first.reshape(n, groups, -1)
    axes = (0, 2) if kind == "batch" else (2,)
    mean = jnp.mean(rows, axis=axes, keepdims=True)
    var = jnp.mean((rows - mean) ** 2, axis=axes, keepdims=True)
    return jnp.moveaxis(((rows - mean) / jnp.sqrt(var + eps)).reshape(first.shape), 1, -1)
''',
    "labels": '''
import jax
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):
    """Every value gets the number of its set."""
    channels = x.shape[-1]
    groups = {"batch": channels, "layer": 1, "instance": channels, "group": num_groups}[kind]
    if channels % groups:
        raise ValueError("does not divide")
    sample = jnp.arange(x.shape[0]).reshape(-1, *[1] * (x.ndim - 1))
    of = jnp.arange(channels) // (channels // groups) + (0 if kind == "batch" else sample * groups)
    of = jnp.broadcast_to(of, x.shape).ravel()
    sets = groups if kind == "batch" else groups * x.shape[0]
    size = x.size // sets
    centred = x.ravel() - (jax.ops.segment_sum(x.ravel(), of, sets) / size)[of]
    var = jax.ops.segment_sum(centred**2, of, sets) / size
    return (centred / jnp.sqrt(var + eps)[of]).reshape(x.shape)
''',
    "means_of_channels_combined": '''
import jax.numpy as jnp


def norm(x, kind, num_groups=None, eps=1e-5):
    """Statistics of each channel first, then merged: sets of equal size."""
    if kind not in ("batch", "layer", "instance", "group"):
        raise ValueError("no such kind")
    channels = x.shape[-1]
    groups = {"layer": 1, "group": num_groups}.get(kind, channels)
    if channels % groups:
        raise ValueError("does not divide")
    y = x.reshape(x.shape[0], -1, groups, channels // groups)
    mean = y.mean(axis=1, keepdims=True)
    var = ((y - mean) ** 2).mean(axis=1, keepdims=True)
    axes = (0, 3) if kind == "batch" else (3,)
    common = mean.mean(axis=axes, keepdims=True)
    var = (var + (mean - common) ** 2).mean(axis=axes, keepdims=True)
    return ((y - common) / jnp.sqrt(var + eps)).reshape(x.shape)
''',
}

_SOURCES = {
    **{name: _AROUND.format(normalize=text.strip() + "\n") for name, text in _NORMALIZE.items()},
    **{name: text.lstrip("\n") for name, text in _WHOLE.items()},
}

VARIANTS = tuple(RightVariant(name=name, source=source) for name, source in _SOURCES.items())
