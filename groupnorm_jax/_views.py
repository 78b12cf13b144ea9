"""Three ways to look at an array as groups, in which sums over a group are fast, and their gradients too.

A norm asks three things of a view: sums over each group, each group's statistics beside its values, and an affine map.
On a CPU they are all that a norm costs, and XLA makes fast code of few forms only. What was found:

* A sum over a whole axis of the array as it stands is fast, from narrower dtypes and of squares too. But what two sums
  share is written to memory before them; ``apart`` keeps them from sharing it.
* What is computed from the statistics of a group is computed again at every value. ``lax.map`` over several such
  factors writes them down once; its transpose does the same in the gradient.
* Sums of products are slow over many rows of few channels, or for a single sample: they are taken in folds.

On other platforms XLA sees to this, and the plain form is taken.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp

_FEW = 8  # values of a group that are added one by one: faster than a sum over a short last axis
_MAPS_TRANSPOSE = jax.__version_info__ >= (0, 10)  # under jax.checkpoint; before, JAX fails
_MANY = 64  # positions: uses of what is computed from a group's statistics
_NARROW = 128  # channels
_FOLD = 512  # rows, at the most


def on_cpu() -> bool:
    """Whether this is traced for a CPU. It decides which form is taken, not what is computed."""
    return jax.default_backend() == "cpu"


def apart(x: jax.Array) -> jax.Array:
    """The array; on CPU, what is computed from it is shared with nothing that is computed from the array itself."""
    return jax.lax.optimization_barrier(x) if on_cpu() else x


@dataclass(frozen=True)
class Rows:
    """Groups of adjacent values in rows: x as ``(*lengths, groups * size)``.

    Layer normalization over the last axis, group normalization without positions or of each position. The rows' axes
    are as they come, if they are few: merged, an axis that is sharded would have to be gathered.
    """

    lengths: tuple[int, ...]
    groups: int
    size: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of x."""
        return (*self.lengths, self.groups * self.size)

    @property
    def statistics_shape(self) -> tuple[int, ...]:
        """Of what there is one of for each group."""
        return (*self.lengths, self.groups)

    def total(self, values: jax.Array) -> jax.Array:
        """The sum over each group, of the statistics' shape."""
        values = self._grouped(values)
        if self.size > _FEW:
            total = values.sum(-1)
        else:
            total = sum((values[..., i] for i in range(1, self.size)), start=values[..., 0])
        return total.reshape(self.statistics_shape)

    @property
    def is_small(self) -> bool:
        """Whether a group's first value is as good a place to measure from as its mean.

        From one of n values, the square of the mean difference is at most n - 1 times their variance.
        """
        return self.size <= _FEW

    def first(self, values: jax.Array) -> jax.Array:
        """The first value of each group."""
        return self._grouped(values)[..., 0].reshape(self.statistics_shape)

    def linear_totals(self, *tangents: jax.Array) -> tuple[jax.Array, ...]:
        """The same of several arrays, in a form whose transpose is fast."""
        return tuple(self._grouped(t).sum(-1).reshape(self.statistics_shape) for t in tangents)

    def beside(self, *statistics: jax.Array) -> tuple[jax.Array, ...]:
        """Statistics of groups, in shapes that broadcast to x's."""
        if self.groups == 1:
            return statistics
        return tuple(jnp.repeat(s, self.size, -1) for s in statistics)

    def linear_beside(self, tangent: jax.Array) -> jax.Array:
        """The same of one array, in a form whose transpose is fast."""
        if self.size > _FEW:
            return jnp.broadcast_to(tangent[..., None], (*tangent.shape, self.size)).reshape(self.shape)
        return jnp.stack([tangent] * self.size, -1).reshape(self.shape)

    def _grouped(self, values: jax.Array) -> jax.Array:
        """An axis for each group's values, if there are several groups."""
        return values if self.groups == 1 else values.reshape(*self.lengths, self.groups, self.size)

    def affine(
        self,
        x: jax.Array,
        mean: jax.Array,
        rest: jax.Array,
        scale: jax.Array,
        gamma: jax.Array | None,
        beta: jax.Array | None,
        dtype: jnp.dtype,
    ) -> jax.Array:
        """``((x - mean) - rest) * scale * gamma + beta``.

        Args:
          x: of the view's shape.
          mean: of the statistics' shape, as rest and scale are. No gradient flows through it.
          rest: what the mean lacks.
          scale: inverse standard deviation.
          gamma: broadcasts to x; None is 1.
          beta: likewise; None is 0.
          dtype: of the result.
        """
        return _affine_by_group(self, x, mean, rest, scale, gamma, beta, dtype)


@dataclass(frozen=True)
class Blocks:
    """Groups that are contiguous otherwise: x as ``(samples, groups, m, n)``, each group along the last two axes.

    Channels first; several axes of features.
    """

    samples: int
    groups: int
    m: int
    n: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of x."""
        return (self.samples, self.groups, self.m, self.n)

    @property
    def size(self) -> int:
        """How many values a group has."""
        return self.m * self.n

    @property
    def statistics_shape(self) -> tuple[int, ...]:
        """Of what there is one of for each group."""
        return (self.samples, self.groups)

    def total(self, values: jax.Array) -> jax.Array:
        """The sum over each group, of the statistics' shape."""
        return values.sum((2, 3))

    def linear_totals(self, *tangents: jax.Array) -> tuple[jax.Array, ...]:
        """The same of several arrays."""
        return tuple(t.sum((2, 3)) for t in tangents)

    def beside(self, *statistics: jax.Array) -> tuple[jax.Array, ...]:
        """Statistics of groups, in shapes that broadcast to x's."""
        return tuple(s[:, :, None, None] for s in statistics)

    def linear_beside(self, tangent: jax.Array) -> jax.Array:
        """The same of one array."""
        return self.beside(tangent)[0]

    def affine(
        self,
        x: jax.Array,
        mean: jax.Array,
        rest: jax.Array,
        scale: jax.Array,
        gamma: jax.Array | None,
        beta: jax.Array | None,
        dtype: jnp.dtype,
    ) -> jax.Array:
        """As that of ``Rows``."""
        return _affine_by_group(self, x, mean, rest, scale, gamma, beta, dtype)


@dataclass(frozen=True)
class Columns:
    """Groups of adjacent channels over many positions: x as ``(samples, *lengths, channels)``.

    The positions are one axis or two, as they come: a reshape of bfloat16 is another pass on a CPU.

    Group and instance normalization with channels last.
    """

    samples: int
    lengths: tuple[int, ...]
    channels: int
    groups: int

    @property
    def shape(self) -> tuple[int, ...]:
        """Of x."""
        return (self.samples, *self.lengths, self.channels)

    @property
    def positions(self) -> int:
        """How many values a channel has."""
        return math.prod(self.lengths)

    @property
    def size(self) -> int:
        """How many values a group has."""
        return self.positions * self.channels // self.groups

    @property
    def statistics_shape(self) -> tuple[int, ...]:
        """Of what there is one of for each group."""
        return (self.samples, self.groups)

    def total(self, values: jax.Array) -> jax.Array:
        """The sum over each group, of the statistics' shape."""
        return self._gathered(values.sum(self._axes))

    def linear_totals(self, *tangents: jax.Array) -> tuple[jax.Array, ...]:
        """The same of several arrays, in a form whose transpose is fast."""
        of_channels = tuple(t.sum(self._axes) for t in tangents)
        if _MAPS_TRANSPOSE:
            return self._each(self._gathered, *of_channels)
        return tuple(self._gathered(v) for v in of_channels)

    def beside(self, *statistics: jax.Array) -> tuple[jax.Array, ...]:
        """Statistics of groups, in shapes that broadcast to x's."""
        return tuple(jnp.expand_dims(s, self._axes) for s in self._each(self._spread, *statistics))

    def affine(
        self,
        x: jax.Array,
        mean: jax.Array,
        rest: jax.Array,
        scale: jax.Array,
        gamma: jax.Array | None,
        beta: jax.Array | None,
        dtype: jnp.dtype,
    ) -> jax.Array:
        """As that of ``Rows``: one product and one sum at each value, the rest a channel at a time."""
        mean, scale, offset = self.beside(mean, scale, -rest * scale)
        if gamma is not None:
            scale, offset = scale * gamma, offset * gamma
        offset = offset if beta is None else offset + beta
        return _affine(self, jnp.dtype(dtype), x, mean, scale, jnp.broadcast_to(offset, scale.shape))

    def folds(self, *, widened: bool) -> int:
        """In how many folds to take the positions for a sum of products, of widened numbers or not."""
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
        """The function of each of several arrays of one shape; each result written down, if it is used often."""
        if len(arrays) > 1 and self.positions >= _MANY and on_cpu():
            return tuple(jax.lax.map(function, jnp.stack(arrays)))
        return tuple(function(a) for a in arrays)


View = Rows | Blocks | Columns


def _affine_by_group(
    view: Rows | Blocks,
    x: jax.Array,
    mean: jax.Array,
    rest: jax.Array,
    scale: jax.Array,
    gamma: jax.Array | None,
    beta: jax.Array | None,
    dtype: jnp.dtype,
) -> jax.Array:
    """What ``Rows.affine`` says, for views with all of a group together."""
    y = _normalize(view, x, mean, rest, scale)
    y = y if gamma is None else y * gamma
    return (y if beta is None else y + beta).astype(dtype)


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _normalize(view: Rows | Blocks, x: jax.Array, mean: jax.Array, rest: jax.Array, scale: jax.Array) -> jax.Array:
    """``((x - mean) - rest) * scale``; the statistics are one a group."""
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
    """``(x - mean) * scale + offset`` at each value; the factors are of each sample's channels."""
    del view
    return ((x.astype(mean.dtype) - mean) * scale + offset).astype(dtype)


@_affine.defjvp
def _affine_jvp(view: Columns, dtype: jnp.dtype, primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    """The transpose of each term is one pass: over dy, over dy and x, over dy."""
    x, mean, scale, offset = primals
    of_x, _, of_scale, of_offset = tangents
    widened = x.dtype != mean.dtype
    alone = apart if widened else lambda v: v  # or XLA writes down the differences too
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
