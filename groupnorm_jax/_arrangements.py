"""From an array's axes to a view and back: which axes are merged, and in which order."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from groupnorm_jax._views import Blocks, Columns, Rows, View


@dataclass(frozen=True)
class Arrangement:
    """How an array takes the shape of a view.

    Attributes:
      shape: Shape of the array.
      parts: The array's axes in the view's order; the axes of a part are merged.
      view: The view.
    """

    shape: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]
    view: View

    @property
    def _order(self) -> tuple[int, ...]:
        return tuple(axis for part in self.parts for axis in part)

    @property
    def _merged(self) -> list[int]:
        """Lengths of the parts. Merging and splitting are separate reshapes: sharded axes do not allow both in one."""
        return [math.prod(self.shape[axis] for axis in part) for part in self.parts]

    def into(self, x: jax.Array) -> jax.Array:
        """Returns the array in the view's shape. Nothing is copied if the axes stay in order."""
        return x.transpose(self._order).reshape(self._merged).reshape(self.view.shape)

    def broadcasts_into(self, x: jax.Array) -> jax.Array:
        """The same for an array with some axes of length 1; the result broadcasts to the view's shape."""
        lengths = []
        for part in self.parts:
            given = [x.shape[axis] for axis in part]
            lengths.append(1 if math.prod(given) == 1 else math.prod(self.shape[axis] for axis in part))
            if lengths[-1] > 1:
                x = jnp.broadcast_to(x, [self.shape[a] if a in part else n for a, n in enumerate(x.shape)])
        x = x.transpose(self._order).reshape(lengths)
        if isinstance(self.view, Blocks) and len(lengths) < len(self.view.shape):  # the view splits the channels
            samples, channels, positions = lengths
            x = x.reshape(samples, *((1, 1) if channels == 1 else self.view.shape[1:3]), positions)
        return x

    def back(self, y: jax.Array) -> jax.Array:
        """Returns an array of the view's shape in the original shape."""
        order = self._order
        inverse = sorted(range(len(order)), key=order.__getitem__)
        return y.reshape(self._merged).reshape([self.shape[axis] for axis in order]).transpose(inverse)


def over_channel_groups(shape: Sequence[int], kept: Sequence[int], channel_axis: int, num_groups: int) -> Arrangement:
    """Arranges groups of adjacent channels over all axes but those of samples.

    Args:
      shape: Shape of the array.
      kept: Axes of samples.
      channel_axis: Axis of the channels, counted from the front.
      num_groups: Number of groups; divides the channels.
    """
    shape, channels = tuple(shape), shape[channel_axis]
    positions = tuple(axis for axis in range(len(shape)) if axis not in kept and axis != channel_axis)
    samples, count = (math.prod(shape[axis] for axis in axes) for axes in (kept, positions))
    if count == 1:
        rows = (*kept, *positions)
        few = 3 if num_groups == 1 else 2  # at most four axes, channels and groups included
        parts = tuple((axis,) for axis in rows) if len(rows) <= few else (rows,)
        lengths = tuple(math.prod(shape[axis] for axis in part) for part in parts)
        return Arrangement(shape, (*parts, (channel_axis,)), Rows(lengths, num_groups, channels // num_groups))
    if positions[0] > channel_axis and _ascends((*kept, channel_axis, *positions)):
        parts = (tuple(kept), (channel_axis,), positions)
        return Arrangement(shape, parts, Blocks(samples, num_groups, channels // num_groups, count))
    images = 2
    of_positions = [(axis,) for axis in positions] if len(positions) == images else [positions]
    lengths = tuple(math.prod(shape[axis] for axis in part) for part in of_positions)
    parts = (tuple(kept), *of_positions, (channel_axis,))
    return Arrangement(shape, parts, Columns(samples, lengths, channels, num_groups))


def over_axes(shape: Sequence[int], reduced: Sequence[int], features: Sequence[int]) -> Arrangement:
    """Arranges statistics over some axes, with a scale and an offset along the same or other axes.

    Args:
      shape: Shape of the array.
      reduced: Axes of the statistics, ascending, counted from the front.
      features: Axes of scale and offset, likewise.
    """
    shape, axes, last = tuple(shape), range(len(shape)), len(shape) - 1
    kept = [axis for axis in axes if axis not in reduced]
    if reduced and last not in reduced and (tuple(features) == (last,) or _ascends((*kept[:-1], *reduced))):
        return over_channel_groups(shape, kept[:-1], last, shape[last])
    if last in reduced and tuple(features) == (last,):
        return over_channel_groups(shape, kept, last, 1)
    parts = tuple(
        tuple(axis for axis in axes if (axis in reduced, axis in features) == kind)
        for kind in ((False, False), (False, True), (True, False), (True, True))
    )
    return Arrangement(shape, parts, Blocks(*(math.prod(shape[axis] for axis in part) for part in parts)))


def _ascends(axes: Sequence[int]) -> bool:
    return list(axes) == sorted(axes)
