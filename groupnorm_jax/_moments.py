"""Count, mean and squared differences as one value that merges: over tiles, groups and devices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import jax
import jax.numpy as jnp
from jax.ad_checkpoint import checkpoint_name

from groupnorm_jax._arrangements import over_axes
from groupnorm_jax._checks import check_axis_set, check_broadcast, check_eps, check_input, check_where
from groupnorm_jax._views import View, apart, on_cpu

SAVED = "groupnorm_jax statistics"
T = TypeVar("T")
Total = Callable[[jax.Array], jax.Array]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Moments:
    """Count, mean and squared differences of a set of numbers. A pytree; its fields broadcast against each other.

    The mean is stored in two parts, because a single float32 is too coarse for a large mean and a small spread: at a
    mean of 1e5 it is off by up to 0.004. Near ``mean`` a difference ``x - mean`` is exact; ``rest`` is what is missing.

    Attributes:
      count: Number of values, or the sum of their weights; floating point, of any shape that broadcasts.
      mean: Mean of the values, rounded; in the values' units. No gradient flows through it: ``rest`` carries it all.
      rest: Exact mean minus ``mean``.
      m2: Sum of squared differences from the exact mean, each times its weight.

    Example:
      The moments of two halves merge to those of the whole:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import merge, moments
      >>> x = jax.random.normal(jax.random.key(0), (10,))
      >>> halves = merge(moments(x[:4], 0), moments(x[4:], 0))
      >>> bool(jnp.allclose(halves.variance, x.var(), atol=1e-6))
      True
    """

    count: jax.Array
    mean: jax.Array
    rest: jax.Array
    m2: jax.Array

    @property
    def variance(self) -> jax.Array:
        """Biased variance ``m2 / count``; 0 where the count is 0."""
        return self.m2 / jnp.where(self.count == 0, 1, self.count)

    def inverse_std(self, eps: float) -> jax.Array:
        """``1 / sqrt(variance + eps)``; 0 where the count is 0, with gradients of 0."""
        empty = self.count == 0
        return jnp.where(empty, 0, jax.lax.rsqrt(jnp.where(empty, 1, self.variance + eps)))


def moments(x: jax.Array, axes: int | Sequence[int], *, where: jax.Array | None = None) -> Moments:
    """Computes the moments of ``x`` over some of its axes, which remain with length 1.

    Args:
      x: Floating-point array of any shape. Dtypes narrower than float32 are widened first.
      axes: Axis or axes over which the moments are computed.
      where: Which values count: booleans or non-negative weights that broadcast to x's shape. Values of weight 0 may be
        anything, even NaN, and get a gradient of 0. No gradient flows to weights. None, the default, counts all alike.

    Returns:
      Moments whose arrays have x's shape with length 1 along ``axes``, in float32, or in float64 if x is float64.

    Raises:
      TypeError: If x is not floating point, or an axis is not an integer.
      ValueError: If x has no such axis, an axis is named twice, or ``where`` does not broadcast to x's shape.

    Example:
      >>> import jax.numpy as jnp
      >>> from groupnorm_jax import moments
      >>> found = moments(jnp.array([[1.0, 2.0, 3.0], [4.0, 4.0, 4.0]]), -1)
      >>> found.variance.shape, bool(jnp.allclose(found.variance, jnp.array([[2 / 3], [0.0]])))
      ((2, 1), True)

    References:
      Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979.
    """
    x = check_input(x)
    reduced = check_axis_set("axes", axes, x.shape)
    arranged = over_axes(x.shape, reduced, features=())
    weight, where = None, check_where(where, x.shape)
    if where is not None:
        x, weight = masked(x, where)
        weight = arranged.into(weight)
    found = moments_of_groups(arranged.view, arranged.into(x), weight)
    shape = tuple(1 if axis in reduced else length for axis, length in enumerate(x.shape))
    return jax.tree.map(lambda field: field.reshape(shape), found)


def masked(x: jax.Array, where: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Returns x with 0 where the weight is 0, and the weights in x's shape and the statistics' dtype."""
    weight = jnp.broadcast_to(where.astype(statistics_dtype(x.dtype)), x.shape)
    return jnp.where(weight > 0, x, jnp.zeros((), x.dtype)), jax.lax.stop_gradient(weight)


def moments_of_groups(view: View, x: jax.Array, weight: jax.Array | None, *, centred: bool = True) -> Moments:
    """Computes the moments of each group of a view, arrays of its ``statistics_shape``.

    A first pass gives the mean and the mean square. Where the squared mean exceeds four times the variance, their
    difference has lost digits, and a second pass measures from the mean: near it differences are exact (Sterbenz), and
    their mean is what the rounded mean lacks. One such group is enough for a second pass over everything. Groups of a
    few adjacent values are measured from their first value at once: ``mean`` is that value, ``rest`` the difference.

    Args:
      view: Which values are a group.
      x: Array of the view's shape.
      weight: Weights, likewise, or None if all values count alike.
      centred: Whether to measure from the mean; if not, from 0.
    """
    return Moments(*_statistics(view, centred, x, weight))


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _statistics(view: View, centred: bool, x: jax.Array, weight: jax.Array | None) -> tuple[jax.Array, ...]:
    """Count, mean, rest and m2."""
    dtype = statistics_dtype(x.dtype)
    count = jnp.full(view.statistics_shape, view.size, dtype) if weight is None else view.total(weight)

    def total(values: jax.Array) -> jax.Array:
        return view.total(values if weight is None else values * weight)

    if not centred:
        zero = jnp.zeros_like(count)
        return count, zero, zero, total(jnp.square(x.astype(dtype)))
    divisor = apart(jnp.where(count == 0, 1, count))  # XLA divides by an unknown once, by a constant at each use
    origin = view.origin(x) if weight is None else None
    mean = _rounded(total(x.astype(dtype)) / divisor) if origin is None else origin.astype(dtype)

    def near_the_mean() -> tuple[jax.Array, jax.Array]:
        (shift,) = view.beside(mean)
        rest = _rounded(total(x.astype(dtype) - shift) / divisor)
        square = total(jnp.square(apart(x).astype(dtype) - apart(shift)))
        return rest, jnp.maximum(square - count * jnp.square(rest), 0)

    if origin is not None or not on_cpu():  # elsewhere a decision costs as much as a second pass
        return count, mean, *near_the_mean()

    m2 = total(jnp.square(apart(x).astype(dtype))) - count * jnp.square(mean)
    is_exact = jnp.all(count * jnp.square(mean) <= 4 * m2)  # False for NaN and infinities
    rest, m2 = jax.lax.cond(is_exact, lambda: (jnp.zeros_like(mean), m2), near_the_mean)
    return count, mean, rest, m2


def _rounded(x: jax.Array) -> jax.Array:
    """Returns the numbers, rounded to their dtype.

    XLA recomputes a value where it is used, and fuses a product with the difference after it without rounding in
    between; without this, two places would measure from two different means.
    """
    largest = jnp.finfo(x.dtype).max
    return jnp.clip(x, -largest, largest)


@_statistics.defjvp
def _statistics_jvp(view: View, centred: bool, primals: tuple, tangents: tuple) -> tuple[tuple, tuple]:
    """The tangent of the mean is all in ``rest``: the rounded mean is only an origin to measure from."""
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
    """Names the arrays as those that the gradient keeps."""
    return jax.tree.map(lambda v: checkpoint_name(v, SAVED), statistics)


def statistics_dtype(*dtypes: jnp.dtype) -> jnp.dtype:
    """Dtype of the statistics of these floating-point dtypes: float64 if one is, else float32."""
    return jnp.dtype(jnp.float64 if any(dtype == jnp.float64 for dtype in dtypes) else jnp.float32)


def promoted(*dtypes: jnp.dtype) -> jnp.dtype:
    """Dtype to which these promote, even if JAX's own promotion is strict."""
    with jax.numpy_dtype_promotion("standard"):
        return jnp.result_type(*dtypes)


def merge(*parts: Moments) -> Moments:
    """Merges the moments of any number of disjoint sets, empty ones included, into those of their union.

    Args:
      *parts: Moments whose fields broadcast against each other.

    Returns:
      Moments of the broadcast shape.

    Raises:
      TypeError: If a part is not Moments.
      ValueError: If there are no parts, or their shapes do not broadcast.

    Example:
      An image of two channels in one group, read as four tiles; the statistics are those of the whole image.

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import merge, moments, normalize
      >>> image = 1000 + jax.random.normal(jax.random.key(0), (16, 16, 2))
      >>> tiles = [image[i : i + 8, j : j + 8] for i in (0, 8) for j in (0, 8)]
      >>> whole = merge(*(moments(tile, (0, 1, 2)) for tile in tiles))
      >>> normalized = [normalize(tile, whole, eps=1e-5) for tile in tiles]
      >>> at_once = normalize(image, moments(image, (0, 1, 2)), eps=1e-5)
      >>> bool(jnp.allclose(normalized[3], at_once[8:, 8:], atol=1e-6))
      True

    References:
      Chan, Golub and LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979.
    """
    if not parts:
        raise ValueError("merge needs at least one Moments, got none; moments(x, axes) computes one")
    _check_moments(*parts)
    check_broadcast("merged statistics", *(field.shape for field in jax.tree.leaves(parts)))
    stacked = jax.tree.map(lambda *fields: jnp.stack(jnp.broadcast_arrays(*fields)), *parts)
    return jax.tree.map(lambda field: field[0], _pooled(stacked, lambda v: v.sum(0, keepdims=True)))


def merge_axes(parts: Moments, axes: int | Sequence[int]) -> Moments:
    """Merges moments along axes of their arrays, which remain with length 1: those of channels into those of a group.

    Args:
      parts: Moments, one set per index of the arrays.
      axes: Axis or axes along which the sets are merged.

    Returns:
      Moments whose arrays have length 1 along ``axes``.

    Raises:
      TypeError: If ``parts`` is not Moments, or an axis is not an integer.
      ValueError: If the arrays have no such axis, or an axis is named twice.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import merge_axes, moments
      >>> x = jax.random.normal(jax.random.key(0), (5, 4))
      >>> of_channels = moments(x, 0)
      >>> bool(jnp.allclose(merge_axes(of_channels, 1).variance, x.var(), atol=1e-6))
      True
    """
    _check_moments(parts)
    shape = check_broadcast("the fields of Moments", *(field.shape for field in jax.tree.leaves(parts)))
    merged = check_axis_set("axes", axes, shape, array="the array of moments")
    return _pooled(parts, lambda v: jnp.broadcast_to(v, shape).sum(merged, keepdims=True))


def merge_devices(
    part: Moments, axis_name: str | Sequence[str], *, axis_index_groups: Sequence[Sequence[int]] | None = None
) -> Moments:
    """Merges moments over the devices of mapped axes; each device counts by the number of values it holds.

    Args:
      part: Moments of the values on this device.
      axis_name: Name, or names, of the mapped axes, as for ``jax.lax.psum``.
      axis_index_groups: Groups of indices along the axis, as for ``jax.lax.psum``; each group is merged by itself.
        None, the default, merges all.

    Returns:
      Moments of the union, the same on each device.

    Raises:
      TypeError: If ``part`` is not Moments.

    Example:
      ``jax.vmap`` maps an axis, too:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import merge_devices, moments
      >>> x = jax.random.normal(jax.random.key(0), (4, 8))
      >>> merged = jax.vmap(lambda x: merge_devices(moments(x, 0), "devices"), axis_name="devices")(x)
      >>> bool(jnp.allclose(merged.variance, x.var(), atol=1e-6))
      True
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
    """Computes ``gamma * (x - mean) / sqrt(variance + eps) + beta`` with the mean in its two parts.

    Args:
      x: Floating-point array of any shape.
      statistics: Moments of the set that each value belongs to; they broadcast to x's shape. Where the count is 0, the
        result is beta.
      gamma: Scale, an array that broadcasts to x's shape. None, the default, is 1.
      beta: Offset, likewise. None, the default, is 0.
      eps: Added to the variance, inside the square root; finite and not negative.

    Returns:
      Array of x's shape, in float32, or in float64 if x is float64.

    Raises:
      TypeError: If x is not floating point, ``eps`` is not a real number, or ``statistics`` is not Moments.
      ValueError: If ``eps`` is negative, or the shapes do not broadcast.

    Example:
      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import layer_norm, moments, normalize
      >>> x = jax.random.normal(jax.random.key(0), (2, 6))
      >>> bool(jnp.allclose(normalize(x, moments(x, -1), eps=1e-5), layer_norm(x, eps=1e-5), atol=1e-6))
      True
    """
    x = check_input(x)
    _check_moments(statistics)
    beside = [field.shape for field in (*jax.tree.leaves(statistics), gamma, beta) if field is not None]
    check_broadcast("x, statistics, gamma and beta", x.shape, *beside)
    x = x.astype(statistics.mean.dtype)
    scale = statistics.inverse_std(check_eps("eps", eps))
    scale = scale if gamma is None else scale * gamma.astype(x.dtype)
    y = jnp.where(statistics.count == 0, 0, ((x - statistics.mean) - statistics.rest) * scale)
    return y if beta is None else y + beta.astype(x.dtype)


def _check_moments(*parts: Moments) -> None:
    """Checks that all parts are Moments.

    Raises:
      TypeError: If one is not.
    """
    for part in parts:
        if not isinstance(part, Moments):
            raise TypeError(
                f"statistics must be Moments, got {type(part).__name__}; moments(x, axes) computes them from an array"
            )


def _pooled(parts: Moments, total: Total) -> Moments:
    """Computes the moments of a union: one formula for sets, groups and devices.

    The rounded mean is only an origin to measure from: near it differences are exact, and their mean is what it lacks.
    """
    count = total(parts.count)
    divisor = jnp.where(count == 0, 1, count)
    mean = _rounded(jax.lax.stop_gradient(total(parts.count * parts.mean) / divisor))
    difference = (parts.mean - mean) + parts.rest
    rest = total(parts.count * difference) / divisor
    m2 = total(parts.m2) + total(parts.count * jnp.square(difference - rest))
    return Moments(count, mean, rest, m2)
