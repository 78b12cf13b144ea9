"""From the arguments that name axes to a layout: which values share statistics, and where parameters belong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from groupnorm_jax._arrangements import Arrangement, over_axes, over_channel_groups
from groupnorm_jax._checks import (
    check_axis_set,
    check_batch_axes,
    check_channel_axis,
    check_features,
    check_groups,
    check_num_groups,
    check_parameter,
)

Axes = int | Sequence[int]


@dataclass(frozen=True)
class Layout:
    """What a norm does with x's axes.

    Attributes:
      arrangement: Which values share statistics.
      samples: Axes that a parameter may have besides the features, for one value per sample and feature.
      features: Axes for which there is a scale and an offset.
    """

    arrangement: Arrangement
    samples: tuple[int, ...]
    features: tuple[int, ...]

    @property
    def features_shape(self) -> tuple[int, ...]:
        """Shape of a parameter with one value per feature."""
        return tuple(self.arrangement.shape[axis] for axis in self.features)

    def parameter(self, name: str, value: jax.typing.ArrayLike | None) -> jax.Array | None:
        """Returns a parameter that a caller gave, as an array, or None.

        Raises:
          TypeError: If it is not floating point.
          ValueError: If it has neither one value per feature nor one per sample and feature.
        """
        return check_parameter(
            name, value, self.features_shape, [self.arrangement.shape[axis] for axis in self.samples]
        )

    def aligned(self, parameter: jax.Array) -> jax.Array:
        """Returns the parameter with as many axes as x: those that it lacks have length 1."""
        has = self.features if parameter.ndim == len(self.features) else (*self.samples, *self.features)
        return jnp.reshape(
            parameter, [length if axis in has else 1 for axis, length in enumerate(self.arrangement.shape)]
        )


def of_groups(shape: Sequence[int], num_groups: object, channel_axis: int, batch_axes: int | Iterable[int]) -> Layout:
    """Groups of adjacent channels over all axes of a sample: ``group_norm``.

    Args:
      shape: Shape of x.
      num_groups: Number of groups.
      channel_axis: Axis of the channels.
      batch_axes: How many leading axes count samples, or which axes do.

    Raises:
      TypeError: If an argument is not an integer.
      ValueError: If x has no such axis, the channel axis counts samples, or the groups do not divide C.
    """
    axis = check_channel_axis(shape, channel_axis)
    samples = check_batch_axes(shape, batch_axes, axis)
    return _grouped(shape, check_num_groups(num_groups, shape[axis]), axis, samples)


def of_positions(shape: Sequence[int], num_groups: object, num_features: int | None = None) -> Layout:
    """Groups of adjacent channels at each position, channels last: ``MyGroupNorm``.

    Args:
      shape: Shape of x.
      num_groups: Number of groups.
      num_features: Number of channels that the layer was made for, or None if it takes any.

    Raises:
      TypeError: If the number of groups is not an integer.
      ValueError: If the groups do not divide the channels, or these are not as many as the layer was made for.
    """
    axis = check_channel_axis(shape, -1)
    check_features(num_features, shape[axis:])
    return _grouped(shape, check_num_groups(num_groups, shape[axis]), axis, tuple(range(axis)))


def of_group_layer(
    shape: Sequence[int],
    num_groups: int | None,
    group_size: int | None,
    channel_axis: int,
    reduction_axes: Axes | None,
    num_features: int | None = None,
) -> Layout:
    """The same groups by Flax's arguments: ``GroupNorm``.

    Args:
      shape: Shape of x.
      num_groups: Number of groups, or None if ``group_size`` is given.
      group_size: Channels per group, or None.
      channel_axis: Axis of the channels.
      reduction_axes: Axes of a sample, the channels' among them. None means all but the first.
      num_features: Number of channels that the layer was made for, or None if it takes any.

    Raises:
      TypeError: If an argument is not an integer.
      ValueError: If x has no such axis, or the channels do not split as asked.
    """
    axis = check_channel_axis(shape, channel_axis)
    check_features(num_features, (shape[axis],))
    if reduction_axes is None:
        samples = check_batch_axes(shape, 1, axis)
    else:
        reduced = check_axis_set("reduction_axes", reduction_axes, shape)
        if axis not in reduced:
            raise ValueError(
                f"reduction_axes={reduction_axes!r} must include the channel axis {axis} of x, which has shape "
                f"{tuple(shape)}; the channels of a group are reduced along it"
            )
        samples = tuple(other for other in range(len(shape)) if other not in reduced)
    return _grouped(shape, check_groups(num_groups, group_size, shape[axis]), axis, samples)


def of_axes(
    shape: Sequence[int], axes: Axes, feature_axes: Axes, *, name: str = "axes", num_features: int | None = None
) -> Layout:
    """Statistics over some axes, parameters along the same or others: ``layer_norm`` and ``rms_norm``.

    Args:
      shape: Shape of x.
      axes: Axes of the statistics.
      feature_axes: Axes of the parameters.
      name: What the caller calls ``axes``.
      num_features: Number of features that the layer was made for, or None if it takes any.

    Raises:
      TypeError: If an axis is not an integer.
      ValueError: If x has no such axis, an axis is named twice, or the layer was made for other features.
    """
    features = check_axis_set("feature_axes", feature_axes, shape)
    check_features(num_features, [shape[axis] for axis in features])
    return _reduced(shape, check_axis_set(name, axes, shape), features)


def of_instances(shape: Sequence[int], feature_axes: Axes, num_features: int | None = None) -> Layout:
    """Statistics of each feature of each sample over its positions: ``instance_norm``.

    Args:
      shape: Shape of x.
      feature_axes: Axes of the features, which have parameters of their own.
      num_features: Number of features that the layer was made for, or None if it takes any.

    Raises:
      TypeError: If an axis is not an integer.
      ValueError: If x has no such axis, an axis is named twice, the first axis is a feature, or the layer was made for
        other features.
    """
    features = check_axis_set("feature_axes", feature_axes, shape)
    check_features(num_features, [shape[axis] for axis in features])
    if 0 in features:
        raise ValueError(
            f"feature_axes={feature_axes!r} names the first axis of x, which has shape {tuple(shape)}, but that axis "
            "counts samples; x[None] adds one to a single sample"
        )
    return _reduced(shape, tuple(axis for axis in range(1, len(shape)) if axis not in features), features)


def _grouped(shape: Sequence[int], num_groups: int, axis: int, samples: tuple[int, ...]) -> Layout:
    return Layout(over_channel_groups(shape, samples, axis, num_groups), samples, (axis,))


def _reduced(shape: Sequence[int], reduced: tuple[int, ...], features: tuple[int, ...]) -> Layout:
    return Layout(over_axes(shape, reduced, features), (0,) if 0 not in features else (), features)
