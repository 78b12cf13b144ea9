"""Count, mean and squared differences as one value that merges: of an array, of tiles, of groups, across devices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import jax
import jax.numpy as jnp
from jax.ad_checkpoint import checkpoint_name

from groupnorm_jax._arrangements import over_axes
from groupnorm_jax._checks import check_array, check_axis_set, check_broadcast, check_eps, check_floating, check_where
from groupnorm_jax._views import Rows, View, apart, on_cpu

SAVED = "groupnorm_jax statistics"
T = TypeVar("T")
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

    def inverse_std(self, eps: float) -> jax.Array:
        """``1 / sqrt(variance + eps)``; 0 where there is nothing, with gradients of 0."""
        empty = self.count == 0
        return jnp.where(empty, 0, jax.lax.rsqrt(jnp.where(empty, 1, self.variance + eps)))


def moments(x: jax.Array, axes: int | Sequence[int], *, where: jax.Array | None = None) -> Moments:
    """The moments of ``x`` over some of its axes, which stay, with length 1.

    Args:
      x: floating-point array of any shape. Narrower dtypes than float32 are widened first.
      axes: which numbers are taken together.
      where: which numbers count: an array that broadcasts to x's shape, of booleans or of non-negative weights.
        What does not count may be anything, NaN included, and gets a gradient of 0. No gradient flows to weights.

    Returns:
      Moments whose arrays have x's shape with length 1 along ``axes``, in float32, or float64 for float64 x.

    Raises:
      TypeError: if an axis is no integer.
      ValueError: if x has no such axis, an axis is named twice, or ``where`` does not broadcast to x's shape.

    References:
      Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979.
    """
    x = check_array("x", x)
    check_floating(x)
    reduced = check_axis_set("axes", axes, x.shape)
    arranged = over_axes(x.shape, reduced, features=())
    weight = None
    if where is not None:
        check_where(where, x.shape)
        x, weight = masked(x, where)
        weight = arranged.into(weight)
    found = moments_of_groups(arranged.view, arranged.into(x), weight)
    shape = tuple(1 if axis in reduced else length for axis, length in enumerate(x.shape))
    return jax.tree.map(lambda field: field.reshape(shape), found)


def masked(x: jax.Array, where: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The array, with 0 for what does not count, and the weights, of x's shape and the statistics' dtype."""
    weight = jnp.broadcast_to(jnp.asarray(where).astype(statistics_dtype(x.dtype)), x.shape)
    return jnp.where(weight > 0, x, jnp.zeros((), x.dtype)), jax.lax.stop_gradient(weight)


def moments_of_groups(view: View, x: jax.Array, weight: jax.Array | None, *, centred: bool = True) -> Moments:
    """The moments of each group of a view; arrays of its statistics' shape.

    Mean and mean square come from one reading. Where the square of the mean is more than four times the variance,
    their difference has lost digits, and a second reading measures from the mean: near it, differences are exact
    (Sterbenz), and their mean is what the rounded mean lacks. One such group is enough to read all again. Groups of a
    few adjacent values are measured from their first at once; ``mean`` is that value then, and ``rest`` the difference.

    Args:
      view: which values are a group.
      x: of the view's shape.
      weight: likewise, or None if all values count the same.
      centred: whether about the mean; if not, the mean is taken for 0.
    """
    return Moments(*_statistics(view, centred, x, weight))


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _statistics(view: View, centred: bool, x: jax.Array, weight: jax.Array | None) -> tuple[jax.Array, ...]:  # noqa: FBT001
    """Count, mean, rest and m2."""
    dtype = statistics_dtype(x.dtype)
    count = jnp.full(view.statistics_shape, view.size, dtype) if weight is None else view.total(weight)

    def total(values: jax.Array) -> jax.Array:
        return view.total(values if weight is None else values * weight)

    if not centred:
        zero = jnp.zeros_like(count)
        return count, zero, zero, total(jnp.square(x.astype(dtype)))
    divisor = apart(jnp.where(count == 0, 1, count))  # what XLA divides by an unknown, it divides once, not at each use
    small = view if isinstance(view, Rows) and view.is_small and weight is None else None
    mean = small.first(x).astype(dtype) if small else _rounded(total(x.astype(dtype)) / divisor)

    def near_the_mean() -> tuple[jax.Array, jax.Array]:
        (shift,) = view.beside(mean)
        rest = _rounded(total(x.astype(dtype) - shift) / divisor)
        square = total(jnp.square(apart(x).astype(dtype) - apart(shift)))
        return rest, jnp.maximum(square - count * jnp.square(rest), 0)

    if small or not on_cpu():  # on other platforms to decide costs as much as to read again
        return count, mean, *near_the_mean()

    m2 = total(jnp.square(apart(x).astype(dtype))) - count * jnp.square(mean)
    is_exact = jnp.all(count * jnp.square(mean) <= 4 * m2)  # False for NaN and infinities
    rest, m2 = jax.lax.cond(is_exact, lambda: (jnp.zeros_like(mean), m2), near_the_mean)
    return count, mean, rest, m2


def _rounded(x: jax.Array) -> jax.Array:
    """The numbers as they are written down.

    XLA computes again where it uses, and joins a product with the difference after it without rounding between: two
    places would measure from two means.
    """
    largest = jnp.finfo(x.dtype).max
    return jnp.clip(x, -largest, largest)


@_statistics.defjvp
def _statistics_jvp(view: View, centred: bool, primals: tuple, tangents: tuple) -> tuple[tuple, tuple]:  # noqa: FBT001
    """All of the mean's tangent is the rest's: the rounded mean is only a place to measure from."""
    (x, weight), (of_x, _) = primals, tangents
    count, *others = _statistics(view, centred, x, weight)
    mean, rest, _ = others = saved(others)
    count = count if weight is None else saved(count)
    found = (count, *others)
    of_x = of_x.astype(mean.dtype) if weight is None else of_x.astype(mean.dtype) * weight
    if not centred:
        (of_m2,) = view.linear_totals(x.astype(mean.dtype) * of_x)
        return found, (*map(jnp.zeros_like, found[:3]), 2 * of_m2)
    shift, lacking = view.beside(mean, rest)
    of_rest, of_m2 = view.linear_totals(of_x, ((x.astype(mean.dtype) - shift) - lacking) * of_x)
    of_rest /= jnp.where(count == 0, 1, count)
    return found, (*map(jnp.zeros_like, found[:2]), of_rest, 2 * of_m2)


def saved(statistics: T) -> T:
    """The arrays, named as those that the gradient keeps."""
    return jax.tree.map(lambda v: checkpoint_name(v, SAVED), statistics)


def statistics_dtype(*dtypes: jnp.dtype) -> jnp.dtype:
    """What statistics of these floating dtypes are in: float32, or float64 if one is."""
    return jnp.dtype(jnp.float64 if any(dtype == jnp.float64 for dtype in dtypes) else jnp.float32)


def promoted(*dtypes: jnp.dtype) -> jnp.dtype:
    """The dtype that holds all of these, also where JAX is told to promote nothing by itself."""
    with jax.numpy_dtype_promotion("standard"):
        return jnp.result_type(*dtypes)


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
    _check_moments(*parts)
    check_broadcast("merged statistics", *(field.shape for field in jax.tree.leaves(parts)))
    stacked = jax.tree.map(lambda *fields: jnp.stack(jnp.broadcast_arrays(*fields)), *parts)
    return jax.tree.map(lambda field: field[0], _pooled(stacked, lambda v: v.sum(0, keepdims=True)))


def merge_axes(parts: Moments, axes: int | Sequence[int]) -> Moments:
    """The moments of the union along axes of the arrays, which stay, with length 1: of channels, a group's.

    Raises:
      TypeError: if ``parts`` are no Moments, or an axis is no integer.
      ValueError: if the arrays have no such axis, or one is named twice.
    """
    _check_moments(parts)
    shape = check_broadcast("the fields of Moments", *(field.shape for field in jax.tree.leaves(parts)))
    merged = check_axis_set("axes", axes, shape)
    return _pooled(parts, lambda v: jnp.broadcast_to(v, shape).sum(merged, keepdims=True))


def merge_devices(
    part: Moments, axis_name: str | Sequence[str], *, axis_index_groups: Sequence[Sequence[int]] | None = None
) -> Moments:
    """The moments of the union over the devices of mapped axes: each counts as much as it holds.

    Args:
      part: what this device holds.
      axis_name: as for ``jax.lax.psum``.
      axis_index_groups: as for ``jax.lax.psum``.

    Raises:
      TypeError: if ``part`` is no Moments.
    """
    _check_moments(part)
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

    Raises:
      TypeError: if x is not floating point, ``eps`` no real number, or the statistics are no Moments.
      ValueError: if ``eps`` is negative, or the shapes do not broadcast.
    """
    x = check_array("x", x)
    check_floating(x)
    _check_moments(statistics)
    beside = [field.shape for field in (*jax.tree.leaves(statistics), gamma, beta) if field is not None]
    check_broadcast("x, statistics, gamma and beta", x.shape, *beside)
    x = x.astype(statistics.mean.dtype)
    scale = statistics.inverse_std(check_eps(eps))
    scale = scale if gamma is None else scale * gamma.astype(x.dtype)
    y = jnp.where(statistics.count == 0, 0, ((x - statistics.mean) - statistics.rest) * scale)
    return y if beta is None else y + beta.astype(x.dtype)


def _check_moments(*parts: Moments) -> None:
    """Checks statistics.

    Raises:
      TypeError: if one is something else.
    """
    for part in parts:
        if not isinstance(part, Moments):
            raise TypeError(
                f"statistics are Moments, got {type(part).__name__}; moments(x, axes) makes them of an array"
            )


def _pooled(parts: Moments, total: Total) -> Moments:
    """The moments of a union: one formula for numbers, sets, groups and devices.

    A number is a set of one, whose mean it is. The rounded mean of all is only a place to measure from: near it the
    differences are exact, and their mean is what it lacks.
    """
    count = total(parts.count)
    divisor = jnp.where(count == 0, 1, count)
    mean = _rounded(jax.lax.stop_gradient(total(parts.count * parts.mean) / divisor))
    difference = (parts.mean - mean) + parts.rest
    rest = total(parts.count * difference) / divisor
    m2 = total(parts.m2) + total(parts.count * jnp.square(difference - rest))
    return Moments(count, mean, rest, m2)
