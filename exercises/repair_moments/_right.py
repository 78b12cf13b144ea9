"""Correct walk-throughs, as whole submissions: each way to normalise with one of several ways to report."""

from itertools import cycle

from grader.course import RightVariant

from .._group_norm.right.first import NORMALIZE

_REPORTS = (
    """
def report(values):
    return np.array([values.mean(), values.std(), values.min(), values.max()])
""",
    """
def report(values):
    mean = np.mean(values)
    std = np.sqrt(np.mean((values - mean) ** 2))
    return np.stack([mean, std, np.amin(values), np.amax(values)])
""",
    """
def report(values):
    flat = np.sort(np.asarray(values, np.float64).ravel())
    return np.asarray((flat.sum() / flat.size, flat.var(ddof=0) ** 0.5, flat[0], flat[-1]))
""",
    """
def report(values):
    values = jnp.asarray(values)
    return jnp.array([jnp.mean(values), jnp.std(values), jnp.min(values), jnp.max(values)])
""",
    """
def report(values):
    wide = [float(value) for value in values.ravel()]
    mean = sum(wide) / len(wide)
    variance = sum((value - mean) ** 2 for value in wide) / len(wide)
    return np.array([mean, variance**0.5, min(wide), max(wide)])
""",
)

_WALK = """import jax.numpy as jnp
import numpy as np
{normalize}
{report}

def walk_through(x, num_groups, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("the channels do not split into so many groups")
    y = normalize(x, num_groups, eps)
    return y, report(x), report(y)
"""

_MENDED = {
    "mended": ("np.sqrt(variance + eps)", ""),
    "mended_by_power": ("(variance + eps) ** 0.5", ""),
    "mended_by_std": ("np.sqrt(grouped.std(axis=(2, 3, 4), keepdims=True) ** 2 + eps)", ""),
    "mended_by_helper": (
        "spread(variance, eps)",
        "def spread(variance, eps):\n    return np.sqrt(variance + eps)\n\n\n",
    ),
}

_MENDED_TEXT = """import numpy as np


{before}def walk_through(x, num_groups, eps=1e-5):
    def statistics(values):
        return np.array([f(values) for f in (np.mean, np.std, np.min, np.max)])

    before = statistics(x)
    samples, channels, height, width = x.shape
    grouped = x.reshape(samples, num_groups, channels // num_groups, height, width)
    mean = grouped.mean(axis=(2, 3, 4), keepdims=True)
    variance = grouped.var(axis=(2, 3, 4), keepdims=True)
    grouped = (grouped - mean) / {below}
    y = grouped.reshape(samples, channels, height, width)
    return y, before, statistics(y)
"""

_SOURCES = {
    **{
        name: _WALK.format(normalize=text.rstrip("\n"), report=report.rstrip("\n"))
        for (name, text), report in zip(NORMALIZE.items(), cycle(_REPORTS), strict=False)
    },
    **{name: _MENDED_TEXT.format(below=below, before=before) for name, (below, before) in _MENDED.items()},
}

VARIANTS = tuple(RightVariant(name=name, source=source) for name, source in _SOURCES.items())
