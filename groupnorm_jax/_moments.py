"""Count, mean and squared differences as one value that merges: of an array, of tiles, of groups, across devices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from groupnorm_jax._checks import check_where

Total = Callable[[jax.Array], jax.Array]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Moments:
    """What a set of numbers has to say to a norm. A pytree; all fields broadcast against each other.

    The mean is kept in two parts, since one float32 near a large mean is too coarse for a small spread: at a mean of
    1e5 it is off by up to 0.004. Near ``mean`` a difference ``x - mean`` is exact, and ``rest`` is what it lacks.

    Attributes:
      count: how many numbers, or the sum of their weights; floating point.
      mean: their mean, rounded. No gradient flows through it: ``rest`` has all of it.
      rest: the exact mean less ``mean``.
      m2: the sum of squared differences from the exact mean, each times its weight.
    """

    count: jax.Array
    mean: jax.Array
    rest: jax.Array
    m2: jax.Array

    @property
    def variance(self) -> jax.Array:
        """Biased: ``m2 / count``; 0 where there is nothing."""
        return self.m2 / jnp.where(self.count == 0, 1, self.count)


def moments(x: jax.Array, axes: int | Sequence[int], *, where: jax.Array | None = None) -> Moments:
    """The moments of ``x`` over some of its axes, which stay, with length 1.

    Args:
      x: floating-point array of any shape. Narrower dtypes than float32 are widened first.
      axes: which numbers are taken together.
      where: which numbers count: an array that broadcasts to x's shape, of booleans or of non-negative weights.
        What does not count may be anything, NaN included, and gets a gradient of 0.

    Returns:
      Moments whose arrays have x's shape with length 1 along ``axes``, in float32, or float64 for float64 x.

    Raises:
      ValueError: if ``where`` does not broadcast to x's shape.

    References:
      Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979.
    """
    x = x.astype(wide(x.dtype))
    if where is None:
        weight = jnp.ones((1,) * x.ndim, x.dtype)
    else:
        check_where(where, x.shape)
        weight = jnp.asarray(where).astype(x.dtype)
        x = jnp.where(weight > 0, x, jnp.zeros((), x.dtype))
    weight = jnp.broadcast_to(weight, x.shape)
    zero = jnp.zeros((), x.dtype)
    return _pooled(Moments(weight, x, zero, zero), lambda v: jnp.broadcast_to(v, x.shape).sum(axes, keepdims=True))


def wide(dtype: jnp.dtype) -> jnp.dtype:
    """What statistics of this dtype are in: float32 at the least."""
    return dtype if jnp.finfo(dtype).bits >= jnp.finfo(jnp.float32).bits else jnp.dtype(jnp.float32)


def merge(*parts: Moments) -> Moments:
    """The moments of the union of disjoint sets, in any number and of any sizes, empty ones included.

    Raises:
      ValueError: if there are none.

    Example:
      An image of two channels in one group, read as four tiles; the statistics are those of the whole.

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import merge, moments, normalize
      >>> image = 1000 + jax.random.normal(jax.random.key(0), (16, 16, 2))
      >>> tiles = [image[i : i + 8, j : j + 8] for i in (0, 8) for j in (0, 8)]
      >>> whole = merge(*(moments(tile, (0, 1, 2)) for tile in tiles))
      >>> normalized = [normalize(tile, whole, eps=1e-5) for tile in tiles]
      >>> at_once = normalize(image, moments(image, (0, 1, 2)), eps=1e-5)
      >>> bool(jnp.allclose(normalized[3], at_once[8:, 8:], atol=1e-6))
      True
    """
    if not parts:
        raise ValueError("merge takes at least one Moments; moments(x, axes) makes one")
    stacked = jax.tree.map(lambda *fields: jnp.stack(jnp.broadcast_arrays(*fields)), *parts)
    return jax.tree.map(lambda field: field[0], _pooled(stacked, lambda v: v.sum(0, keepdims=True)))


def merge_axes(parts: Moments, axes: int | Sequence[int]) -> Moments:
    """The moments of the union along axes of the arrays, which stay, with length 1: of channels, a group's."""
    shape = jnp.broadcast_shapes(*(field.shape for field in jax.tree.leaves(parts)))
    return _pooled(parts, lambda v: jnp.broadcast_to(v, shape).sum(axes, keepdims=True))


def merge_devices(
    part: Moments, axis_name: str | Sequence[str], *, axis_index_groups: Sequence[Sequence[int]] | None = None
) -> Moments:
    """The moments of the union over the devices of mapped axes: each counts as much as it holds.

    Args:
      part: what this device holds.
      axis_name: as for ``jax.lax.psum``.
      axis_index_groups: as for ``jax.lax.psum``.
    """
    return _pooled(part, lambda v: jax.lax.psum(v, axis_name, axis_index_groups=axis_index_groups))


def normalize(
    x: jax.Array,
    statistics: Moments,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float,
) -> jax.Array:
    """``gamma * (x - mean) / sqrt(variance + eps) + beta``, with the mean in its two parts.

    Args:
      x: floating-point array.
      statistics: of the set each number belongs to; broadcasts to x's shape. Where its count is 0, the result is beta.
      gamma: scale; broadcasts to x's shape. None is 1.
      beta: offset; likewise. None is 0.
      eps: added to the variance, inside the square root.

    Returns:
      Array of x's shape, in float32, or float64 for float64 x.
    """
    x = x.astype(statistics.mean.dtype)
    empty = statistics.count == 0  # then neither the values nor their gradients may be 0 / 0
    inverse_std = jnp.where(empty, 0, jax.lax.rsqrt(jnp.where(empty, 1, statistics.variance + eps)))
    scale = inverse_std if gamma is None else inverse_std * gamma.astype(x.dtype)
    y = ((x - statistics.mean) - statistics.rest) * scale
    return y if beta is None else y + beta.astype(x.dtype)


def _pooled(parts: Moments, total: Total) -> Moments:
    """The moments of a union: one formula for numbers, sets, groups and devices.

    A number is a set of one, whose mean it is. The rounded mean of all is only a place to measure from: near it the
    differences are exact, and their mean is what it lacks.
    """
    count = total(parts.count)
    divisor = jnp.where(count == 0, 1, count)
    mean = jax.lax.stop_gradient(total(parts.count * parts.mean) / divisor)
    difference = (parts.mean - mean) + parts.rest
    rest = total(parts.count * difference) / divisor
    m2 = total(parts.m2) + total(parts.count * jnp.square(difference - rest))
    return Moments(count, mean, rest, m2)
