"""Other correct ways to write ``moments(x, num_groups)``, as whole submissions.

All but the last begin in the same way; what they compute from ``x`` and the group's size differs.
"""

from grader.course import RightVariant

_FUNCTION = '''\
import jax
import jax.numpy as jnp

{before}
def moments(x, num_groups):
    """Mean and variance of each group."""
    if x.shape[-1] % num_groups != 0:
        raise ValueError("channels must be divisible by num_groups")
    size = x.shape[-1] // num_groups
    grouped = x.reshape(x.shape[:-1] + (num_groups, size))
{body}
'''

_BODIES = {
    "two_pass": """
    mean = grouped.sum(axis=-1) / size
    squares = jnp.square(grouped - mean[..., None])
    return mean, squares.sum(axis=-1) / size
""",
    "keepdims_and_squeeze": """
    mean = jnp.mean(grouped, axis=-1, keepdims=True)
    difference = grouped - mean
    variance = jnp.mean(difference * difference, axis=-1, keepdims=True)
    return jnp.squeeze(mean, -1), jnp.squeeze(variance, -1)
""",
    "jnp_var": """
    return jnp.mean(grouped, axis=-1), jnp.var(grouped, axis=-1)
""",
    "a_list_of_the_two": """
    return [grouped.mean(-1), grouped.std(-1) ** 2]
""",
    "sample_variance_corrected": """
    if size == 1:
        return grouped[..., 0], jnp.zeros_like(grouped[..., 0])
    return grouped.mean(-1), grouped.var(-1, ddof=1) * ((size - 1) / size)
""",
    "shifted_one_pass": """
    first = grouped[..., :1]
    shifted = grouped - first
    mean = shifted.mean(-1)
    variance = (shifted**2).mean(-1) - mean**2
    return mean + first[..., 0], jnp.maximum(variance, 0)
""",
    "corrected_two_pass": """
    mean = grouped.mean(-1)
    centred = grouped - mean[..., None]
    off = centred.mean(-1)
    return mean + off, (centred**2).mean(-1) - off**2
""",
    "einsum": """
    mean = jnp.einsum("...gd->...g", grouped) / size
    centred = grouped - mean[..., None]
    return mean, jnp.einsum("...gd,...gd->...g", centred, centred, precision="highest") / size
""",
    "averaging_matrix": """
    of = jnp.arange(x.shape[-1]) // size
    average = (of[:, None] == jnp.arange(num_groups)[None, :]).astype(x.dtype) / size
    mean = jnp.matmul(x, average, precision="highest")
    centred = x - mean[..., of]
    return mean, jnp.matmul(centred**2, average, precision="highest")
""",
    "split_and_stack": """
    parts = jnp.split(x, num_groups, axis=-1)
    means = [part.mean(axis=-1) for part in parts]
    variances = [((part - mean[..., None]) ** 2).mean(axis=-1) for part, mean in zip(parts, means)]
    return jnp.stack(means, axis=-1), jnp.stack(variances, axis=-1)
""",
    "loop_over_groups": """
    mean = jnp.zeros(x.shape[:-1] + (num_groups,))
    variance = jnp.zeros_like(mean)
    for group in range(num_groups):
        part = x[..., group * size : (group + 1) * size]
        mean = mean.at[..., group].set(part.mean(-1))
        variance = variance.at[..., group].set(part.var(-1))
    return mean, variance
""",
    "vmap_of_one_group": """
    rows = grouped.reshape(-1, size)
    mean, variance = jax.vmap(lambda row: (row.mean(), jnp.mean((row - row.mean()) ** 2)))(rows)
    return mean.reshape(grouped.shape[:-1]), variance.reshape(grouped.shape[:-1])
""",
    "segment_sums": """
    of = jnp.arange(x.shape[-1]) // size
    last_first = jnp.moveaxis(x, -1, 0)
    mean = jax.ops.segment_sum(last_first, of, num_groups) / size
    variance = jax.ops.segment_sum((last_first - mean[of]) ** 2, of, num_groups) / size
    return jnp.moveaxis(mean, 0, -1), jnp.moveaxis(variance, 0, -1)
""",
    "masked_means": """
    member = jnp.arange(x.shape[-1]) // size == jnp.arange(num_groups)[:, None]
    repeated = jnp.broadcast_to(x[..., None, :], (*x.shape[:-1], num_groups, x.shape[-1]))
    return jnp.mean(repeated, axis=-1, where=member), jnp.var(repeated, axis=-1, where=member)
""",
    "pairs_of_values": """
    differences = grouped[..., :, None] - grouped[..., None, :]
    return grouped.mean(-1), (differences**2).mean((-2, -1)) / 2
""",
    "average_and_norm": """
    mean = jnp.average(grouped, axis=-1)
    return mean, jnp.linalg.norm(grouped - mean[..., None], axis=-1) ** 2 / size
""",
}

_BEFORE = {
    "welford_by_scan": (
        """
def step(carry, value):
    count, mean, m2 = carry
    delta = value - mean
    mean = mean + delta / (count + 1)
    return (count + 1, mean, m2 + delta * (value - mean)), None

""",
        """
    start = jnp.zeros(grouped.shape[:-1])
    (count, mean, m2), _ = jax.lax.scan(step, (0.0, start, start), jnp.moveaxis(grouped, -1, 0))
    return mean, m2 / count
""",
    ),
    "merged_one_by_one": (
        """
def merge(first, second):
    (n, mean, m2), (k, other, also) = first, second
    delta = other - mean
    return n + k, mean + delta * (k / (n + k)), m2 + also + delta**2 * (n * k / (n + k))

""",
        """
    values = [(1, grouped[..., i], jnp.zeros(grouped.shape[:-1])) for i in range(size)]
    while len(values) > 1:
        values = [merge(values[0], values[1]), *values[2:]]
    count, mean, m2 = values[0]
    return mean, m2 / count
""",
    ),
    "jitted_core": (
        """
@jax.jit
def of_rows(rows):
    mean = rows.mean(-1)
    return mean, ((rows - mean[..., None]) ** 2).mean(-1)

""",
        """
    return of_rows(grouped)
""",
    ),
}

_VECTORIZED = '''\
from functools import partial

import jax.numpy as jnp


def moments(x, num_groups):
    """Mean and variance of each group."""
    assert x.shape[-1] % num_groups == 0

    @partial(jnp.vectorize, signature="(c)->(g),(g)")
    def one_position(row):
        groups = jnp.stack(jnp.split(row, num_groups))
        return groups.mean(1), groups.var(1)

    return one_position(x)
'''

_SOURCES = {
    **{name: _FUNCTION.format(before="", body=body.strip("\n")) for name, body in _BODIES.items()},
    **{name: _FUNCTION.format(before=before, body=body.strip("\n")) for name, (before, body) in _BEFORE.items()},
    "vectorized": _VECTORIZED,
}

VARIANTS = tuple(RightVariant(name=name, source=source) for name, source in _SOURCES.items())
