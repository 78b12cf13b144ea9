"""Three ways to view an array as groups so that sums over a group, and their gradients, are fast.

A norm asks a view for sums over each group, for each group's statistics broadcast to its values, and for an affine map.
On a CPU these are the whole cost of a norm, and XLA compiles only a few forms of them to fast code. Measured:

* A sum over a whole axis of the array as it stands is fast, also from narrower dtypes and of squares. But XLA writes
  what two sums share to memory first; ``apart`` keeps them from sharing it.
* XLA recomputes what depends on a group's statistics at every value. ``lax.map`` over several such factors computes
  them once; its transpose does the same in the gradient.
* Sums of products are slow over many rows of few channels, and for a single sample. They are computed in folds.

On other platforms XLA handles all of this, and the plain form is used.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

_FEW = 8  # values per group up to which adding them one by one is faster than a sum over a short last axis
_MAPS_TRANSPOSE = jax.__version_info__ >= (0, 10)  # older JAX cannot transpose lax.map under jax.checkpoint
_MANY = 64  # positions from which it pays to write down what is computed from a group's statistics
_NARROW = 128  # channels below which sums of products over many rows are slow
_FOLD = 512  # rows of a fold, at most


def on_cpu() -> bool:
    """Whether JAX's default backend is a CPU. This decides the form of the computation, not its result."""
    return jax.default_backend() == "cpu"


def apart(x: jax.Array) -> jax.Array:
    """Returns the array; on a CPU, XLA shares nothing computed from it with what is computed from ``x`` itself."""
    return jax.lax.optimization_barrier(x) if on_cpu() else x


class Affine(NamedTuple):
    """The map ``((x - mean) - rest) * scale * gamma + beta``.

    Attributes:
      mean: Rounded mean of each group, of the view's ``statistics_shape``. No gradient flows through it.
      rest: What the rounded mean lacks, likewise.
      scale: Inverse standard deviation, likewise.
      gamma: Broadcasts to the view's shape, or None for 1.
      beta: Broadcasts to the view's shape, or None for 0.
    """

    mean: jax.Array
    rest: jax.Array
    scale: jax.Array
    gamma: jax.Array | None
    beta: jax.Array | None


@dataclass(frozen=True)
class Rows:
    """Groups of adjacent values in rows: x as ``(*lengths, groups * size)``.

    For layer normalization over the last axis, and group normalization without positions or at each position. Few row
    axes stay as they are: merging them would gather an axis that is sharded.
    """

    lengths: tuple[int, ...]
    groups: int
    size: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of x."""
        return (*self.lengths, self.groups * self.size)

    @property
    def statistics_shape(self) -> tuple[int, ...]:
        """Shape of what has one value per group."""
        return (*self.lengths, self.groups)

    def total(self, values: jax.Array) -> jax.Array:
        """The sum over each group, of ``statistics_shape``."""
        values = self._grouped(values)
        if self.size > _FEW:
            total = values.sum(-1)
        else:
            total = sum((values[..., i] for i in range(1, self.size)), start=values[..., 0])
        return total.reshape(self.statistics_shape)

    def origin(self, values: jax.Array) -> jax.Array | None:
        """The first value of each group if that is as good an origin for differences as the mean, or None.

        Measured from one of n values, the squared mean difference is at most n - 1 times their variance.
        """
        return self._grouped(values)[..., 0].reshape(self.statistics_shape) if self.size <= _FEW else None

    def linear_totals(self, *tangents: jax.Array) -> tuple[jax.Array, ...]:
        """The sums of several arrays, in a form whose transpose is fast."""
        return tuple(self._grouped(t).sum(-1).reshape(self.statistics_shape) for t in tangents)

    def beside(self, *statistics: jax.Array) -> tuple[jax.Array, ...]:
        """Statistics of groups, in shapes that broadcast to x's shape."""
        if self.groups == 1:
            return statistics
        return tuple(jnp.repeat(s, self.size, -1) for s in statistics)

    def linear_beside(self, tangent: jax.Array) -> jax.Array:
        """One group statistic in such a shape, in a form whose transpose is fast."""
        if self.size > _FEW:
            return jnp.broadcast_to(tangent[..., None], (*tangent.shape, self.size)).reshape(self.shape)
        return jnp.stack([tangent] * self.size, -1).reshape(self.shape)

    def _grouped(self, values: jax.Array) -> jax.Array:
        """Gives each group's values an axis, if there are several groups."""
        return values if self.groups == 1 else values.reshape(*self.lengths, self.groups, self.size)

    def affine(self, x: jax.Array, by: Affine, dtype: jnp.dtype) -> jax.Array:
        """Returns the map of x, in the given dtype."""
        return _affine_by_group(self, x, by, dtype)


@dataclass(frozen=True)
class Blocks:
    """Other contiguous groups: x as ``(samples, groups, m, n)``, each group along the last two axes.

    For channels first, and for several axes of features.
    """

    samples: int
    groups: int
    m: int
    n: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of x."""
        return (self.samples, self.groups, self.m, self.n)

    @property
    def size(self) -> int:
        """Number of values per group."""
        return self.m * self.n

    @property
    def statistics_shape(self) -> tuple[int, ...]:
        """Shape of what has one value per group."""
        return (self.samples, self.groups)

    def total(self, values: jax.Array) -> jax.Array:
        """The sum over each group, of ``statistics_shape``."""
        return values.sum((2, 3))

    def origin(self, values: jax.Array) -> jax.Array | None:
        """None: the groups are large, and differences are measured from their mean."""
        del values
        return None

    def linear_totals(self, *tangents: jax.Array) -> tuple[jax.Array, ...]:
        """The sums of several arrays."""
        return tuple(t.sum((2, 3)) for t in tangents)

    def beside(self, *statistics: jax.Array) -> tuple[jax.Array, ...]:
        """Statistics of groups, in shapes that broadcast to x's shape."""
        return tuple(s[:, :, None, None] for s in statistics)

    def linear_beside(self, tangent: jax.Array) -> jax.Array:
        """One group statistic in such a shape."""
        return self.beside(tangent)[0]

    def affine(self, x: jax.Array, by: Affine, dtype: jnp.dtype) -> jax.Array:
        """Returns the map of x, in the given dtype."""
        return _affine_by_group(self, x, by, dtype)


@dataclass(frozen=True)
class Columns:
    """Groups of adjacent channels over many positions: x as ``(samples, *lengths, channels)``.

    For group and instance normalization with channels last. The positions are one axis or two, as they are in the
    array: reshaping bfloat16 costs another pass on a CPU.
    """

    samples: int
    lengths: tuple[int, ...]
    channels: int
    groups: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of x."""
        return (self.samples, *self.lengths, self.channels)

    @property
    def positions(self) -> int:
        """Number of values per channel."""
        return math.prod(self.lengths)

    @property
    def size(self) -> int:
        """Number of values per group."""
        return self.positions * self.channels // self.groups

    @property
    def statistics_shape(self) -> tuple[int, ...]:
        """Shape of what has one value per group."""
        return (self.samples, self.groups)

    def total(self, values: jax.Array) -> jax.Array:
        """The sum over each group, of ``statistics_shape``."""
        return self._gathered(values.sum(self._axes))

    def origin(self, values: jax.Array) -> jax.Array | None:
        """None: the groups are large, and differences are measured from their mean."""
        del values
        return None

    def linear_totals(self, *tangents: jax.Array) -> tuple[jax.Array, ...]:
        """The sums of several arrays, in a form whose transpose is fast."""
        of_channels = tuple(t.sum(self._axes) for t in tangents)
        if _MAPS_TRANSPOSE:
            return self._each(self._gathered, *of_channels)
        return tuple(self._gathered(v) for v in of_channels)

    def beside(self, *statistics: jax.Array) -> tuple[jax.Array, ...]:
        """Statistics of groups, in shapes that broadcast to x's shape."""
        return tuple(jnp.expand_dims(s, self._axes) for s in self._each(self._spread, *statistics))

    def affine(self, x: jax.Array, by: Affine, dtype: jnp.dtype) -> jax.Array:
        """Returns the map of x, in the given dtype: per value one product and one sum, all else per channel."""
        mean, scale, offset = self.beside(by.mean, by.scale, -by.rest * by.scale)
        if by.gamma is not None:
            scale, offset = scale * by.gamma, offset * by.gamma
        offset = offset if by.beta is None else offset + by.beta
        return _affine(self, jnp.dtype(dtype), x, mean, scale, jnp.broadcast_to(offset, scale.shape))

    def folds(self, *, widened: bool) -> int:
        """Number of folds of the positions for a sum of products, of widened numbers or not."""
        slow = self.samples == 1 or (self.channels < _NARROW and not widened)
        if self.positions <= _FOLD or not (slow and on_cpu()):
            return 1
        return self.positions // max(r for r in range(1, _FOLD + 1) if self.positions % r == 0)

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(range(1, 1 + len(self.lengths)))

    def _gathered(self, of_channels: jax.Array) -> jax.Array:
        return of_channels.reshape(self.samples, self.groups, self.channels // self.groups).sum(2)

    def _spread(self, of_groups: jax.Array) -> jax.Array:
        return jnp.repeat(of_groups, self.channels // self.groups, -1)

    def _each(self, function: Callable[[jax.Array], jax.Array], *arrays: jax.Array) -> tuple[jax.Array, ...]:
        """Applies the function to arrays of one shape; each result is written to memory if it is used often."""
        if len(arrays) > 1 and self.positions >= _MANY and on_cpu():
            return tuple(jax.lax.map(function, jnp.stack(arrays)))
        return tuple(function(a) for a in arrays)


View = Rows | Blocks | Columns


def _affine_by_group(view: Rows | Blocks, x: jax.Array, by: Affine, dtype: jnp.dtype) -> jax.Array:
    """The map for views that keep a group's values together."""
    y = _normalize(view, x, by.mean, by.rest, by.scale)
    y = y if by.gamma is None else y * by.gamma
    return (y if by.beta is None else y + by.beta).astype(dtype)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _normalize(view: Rows | Blocks, x: jax.Array, mean: jax.Array, rest: jax.Array, scale: jax.Array) -> jax.Array:
    """``((x - mean) - rest) * scale``, with one mean, rest and scale per group."""
    mean, rest, scale = view.beside(mean, rest, scale)
    return ((x.astype(mean.dtype) - mean) - rest) * scale


@_normalize.defjvp
def _normalize_jvp(view: Rows | Blocks, primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    x, mean, rest, scale = primals
    of_x, _, of_rest, of_scale = tangents
    shift, lacking, factor = view.beside(mean, rest, scale)
    tangent = (of_x.astype(mean.dtype) - view.linear_beside(of_rest)) * factor
    tangent += ((x.astype(mean.dtype) - shift) - lacking) * view.linear_beside(of_scale)
    return _normalize(view, x, mean, rest, scale), tangent


@partial(jax.custom_jvp, nondiff_argnums=(0, 1))
def _affine(
    view: Columns, dtype: jnp.dtype, x: jax.Array, mean: jax.Array, scale: jax.Array, offset: jax.Array
) -> jax.Array:
    """``(x - mean) * scale + offset``, with one mean, scale and offset per sample and channel."""
    del view
    return ((x.astype(mean.dtype) - mean) * scale + offset).astype(dtype)


@_affine.defjvp
def _affine_jvp(view: Columns, dtype: jnp.dtype, primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    """The transpose of each term is one pass: over dy, over dy and x, and over dy."""
    x, mean, scale, offset = primals
    of_x, _, of_scale, of_offset = tangents
    widened = x.dtype != mean.dtype
    alone = apart if widened else lambda v: v  # otherwise XLA writes the differences to memory, too
    folds, wide, shift = view.folds(widened=widened), alone(x).astype(mean.dtype), alone(mean)
    if folds > 1:
        wide = wide.reshape(view.samples * folds, -1, view.channels)
        shift, of_scale = (v.reshape(view.samples, 1, view.channels).repeat(folds, 0) for v in (shift, of_scale))
    terms = (
        of_x.astype(mean.dtype) * scale,
        ((wide - shift) * of_scale).reshape(view.shape),
        jnp.broadcast_to(of_offset, view.shape),
    )
    of_x, of_scale, of_offset = (term.astype(dtype) for term in terms)
    return _affine(view, dtype, x, mean, scale, offset), of_x + of_scale + of_offset
