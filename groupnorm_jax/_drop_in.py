"""What Linen's and NNX's drop-in layers share: Flax's arguments, and the call into the pure functions."""

import functools
import math
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

import jax
import jax.numpy as jnp

from groupnorm_jax import _functional
from groupnorm_jax._checks import (
    check_array,
    check_axis_set,
    check_channel_axis,
    check_eps,
    check_floating,
    check_input,
    check_names,
    check_num_groups,
    check_one_axis,
    check_parameter,
    check_split,
)
from groupnorm_jax._moments import promoted

Layer = Any  # a module with the attributes of its Flax namesake, channel_axis and activation
Dtype = jax.typing.DTypeLike
Initializer = jax.nn.initializers.Initializer


class Call(TypedDict, total=False):
    """What a call takes besides x: ``activation((own_scale * normalized + own_bias) * scale + bias + residual)``.

    Attributes:
      mask: which values count, booleans or non-negative weights that broadcast to x. What does not count is normalised
        as if it were 0; a group in which nothing counts gives its offset.
      scale: factor besides the layer's own, of shape ``(N, C)``, N samples and C features: what a condition asks of
        each; or ``(C,)``.
      bias: offset besides the layer's own, likewise.
      residual: array of x's shape, added before the activation.
    """

    mask: jax.Array | None
    scale: jax.Array | None
    bias: jax.Array | None
    residual: jax.Array | None


def channels_shape(x: jax.Array, channel_axis: int) -> tuple[int, ...]:
    """``(C,)``."""
    check_floating(x)
    axis = check_one_axis("channel_axis", channel_axis, x.shape)
    return (x.shape[axis],)


def features_shape(x: jax.Array, feature_axes: _functional.Axes) -> tuple[int, ...]:
    """The features' lengths, in the order of x's axes."""
    check_floating(x)
    return tuple(x.shape[axis] for axis in check_axis_set("feature_axes", feature_axes, x.shape))


def check_groups(num_groups: int | None, group_size: int | None, channels: int) -> int:
    """The number of groups, given it or the number of channels in one.

    Raises:
      TypeError: if what is given is no integer.
      ValueError: if not exactly one is given, or the channels do not split so.
    """
    if (num_groups is None) == (group_size is None):
        raise ValueError(
            f"give one of num_groups and group_size, got num_groups={num_groups!r} and group_size={group_size!r}; "
            "num_groups=None, group_size=16 makes groups of 16 channels"
        )
    if group_size is None:
        return check_split(channels, check_num_groups(num_groups))
    size = check_num_groups(group_size, "group_size")
    if channels % size:
        raise ValueError(
            f"{channels} channels do not split into groups of group_size={size}; {math.gcd(channels, size)} would do"
        )
    return channels // size


def group_norm(
    layer: Layer, x: jax.Array, own_scale: jax.Array | None, own_bias: jax.Array | None, **call: Unpack[Call]
) -> jax.Array:
    """Group normalization as the layer's attributes say."""
    axis = check_one_axis("channel_axis", layer.channel_axis, x.shape)
    batch = 1
    if layer.reduction_axes is not None:
        reduced = check_axis_set("reduction_axes", layer.reduction_axes, x.shape)
        if axis not in reduced:
            raise ValueError(
                f"reduction_axes={layer.reduction_axes!r} must name the channels' axis {axis} of x, which has shape "
                f"{x.shape}; groups of channels are reduced along it"
            )
        batch = tuple(other for other in range(x.ndim) if other not in reduced)
    _, kept = check_channel_axis(x, axis, batch)
    num_groups = check_groups(layer.num_groups, layer.group_size, x.shape[axis])
    check_input(x, num_groups, axis)
    function = functools.partial(_functional.group_norm, num_groups=num_groups, channel_axis=axis, batch_axes=kept)
    return _applied(function, layer, x, own_scale, own_bias, kept, (axis,), call)


def layer_norm(
    layer: Layer, x: jax.Array, own_scale: jax.Array | None, own_bias: jax.Array | None, **call: Unpack[Call]
) -> jax.Array:
    """Layer normalization as the layer's attributes say."""
    check_axis_set("reduction_axes", layer.reduction_axes, x.shape)
    function = functools.partial(_functional.layer_norm, axes=layer.reduction_axes, feature_axes=layer.feature_axes)
    return _applied_to_features(function, layer, x, own_scale, own_bias, call)


def instance_norm(
    layer: Layer, x: jax.Array, own_scale: jax.Array | None, own_bias: jax.Array | None, **call: Unpack[Call]
) -> jax.Array:
    """Instance normalization as the layer's attributes say."""
    function = functools.partial(_functional.instance_norm, feature_axes=layer.feature_axes)
    return _applied_to_features(function, layer, x, own_scale, own_bias, call)


def rms_norm(layer: Layer, x: jax.Array, own_scale: jax.Array | None, **call: Unpack[Call]) -> jax.Array:
    """Root mean square normalization as the layer's attributes say."""
    check_axis_set("reduction_axes", layer.reduction_axes, x.shape)
    function = functools.partial(_functional.rms_norm, axes=layer.reduction_axes, feature_axes=layer.feature_axes)
    return _applied_to_features(function, layer, x, own_scale, None, call)


def _applied_to_features(
    function: Any,  # noqa: ANN401 - one of the four above
    layer: Layer,
    x: jax.Array,
    own_scale: jax.Array | None,
    own_bias: jax.Array | None,
    call: Call,
) -> jax.Array:
    features = check_axis_set("feature_axes", layer.feature_axes, x.shape)
    return _applied(function, layer, x, own_scale, own_bias, (0,), features, call)


def _applied(
    function: Any,  # noqa: ANN401 - see above
    layer: Layer,
    x: jax.Array,
    own_scale: jax.Array | None,
    own_bias: jax.Array | None,
    batch: Sequence[int],
    features: Sequence[int],
    call: Call,
) -> jax.Array:
    check_names("a call", call, Call.__annotations__)
    own = [p.dtype for p in (own_scale, own_bias) if p is not None]
    dtype = promoted(x.dtype, *own) if layer.dtype is None else layer.dtype
    wide = promoted(x.dtype, *own, jnp.float32)
    lengths = [[x.shape[axis] for axis in axes] for axes in (features, [a for a in batch if a not in features])]
    gamma, beta = (None if p is None else p.astype(wide) for p in (own_scale, own_bias))
    given = {name: call.get(name) for name in ("scale", "bias")}
    scale, bias = (None if value is None else check_array(name, value) for name, value in given.items())
    if scale is not None:
        check_parameter("scale", scale, *lengths)
        scale = scale.astype(wide)
        gamma = scale if gamma is None else _like(gamma, scale) * scale
        beta = None if beta is None else _like(beta, scale) * scale
    if bias is not None:
        check_parameter("bias", bias, *lengths)
        bias = bias.astype(wide)
        beta = bias if beta is None else _like(beta, bias) + _like(bias, beta)
    return function(
        x,
        gamma=gamma,
        beta=beta,
        eps=check_eps(layer.epsilon, "epsilon"),
        where=call.get("mask"),
        residual=call.get("residual"),
        activation=layer.activation,
        dtype=dtype,
        axis_name=layer.axis_name,
        axis_index_groups=layer.axis_index_groups,
    )


def _like(parameter: jax.Array, other: jax.Array) -> jax.Array:
    """The parameter with as many axes as the other has, at the least."""
    return parameter.reshape((1,) * (other.ndim - parameter.ndim) + parameter.shape)
