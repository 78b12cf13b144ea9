"""The norms as pure functions: arguments are checked and the axes arranged; the arithmetic is ``_norm``'s."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

import jax
import jax.numpy as jnp

from groupnorm_jax._arrangements import Arrangement, over_axes, over_channel_groups
from groupnorm_jax._checks import (
    check_activation,
    check_array,
    check_axis_name,
    check_axis_set,
    check_channel_axis,
    check_dtype,
    check_eps,
    check_floating,
    check_input,
    check_names,
    check_num_groups,
    check_parameter,
    check_residual,
    check_where,
)
from groupnorm_jax._norm import ACTIVATIONS, Activation, Plan, norm

Axes = int | Sequence[int]


class Options(TypedDict, total=False):
    """What every norm takes besides.

    Attributes:
      where: which values count in the statistics, booleans or non-negative weights that broadcast to x's shape. What
        does not count is normalised too, as if it were 0 where its weight is 0; a group in which nothing counts gives
        beta. No gradient flows to weights.
      residual: array of x's shape, added after the affine map.
      activation: applied last: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh form), or an elementwise function.
      dtype: of the result; x's by default. All is computed in float32, or float64 if x or the result is.
      axis_name: mapped axes, as of ``jax.shard_map`` or ``jax.pmap``, over whose devices groups extend. Each device
        counts as much as it holds.
      axis_index_groups: as for ``jax.lax.psum``.
    """

    where: jax.Array | None
    residual: jax.Array | None
    activation: str | Activation | None
    dtype: jax.typing.DTypeLike | None
    axis_name: str | Sequence[str] | None
    axis_index_groups: Sequence[Sequence[int]] | None


def group_norm_per_position(
    x: jax.Array, num_groups: int, gamma: jax.Array, beta: jax.Array, *, eps: float
) -> jax.Array:
    """Normalises each group of channels at each position: ``gamma * (x - mean) / sqrt(var + eps) + beta``.

    ``mean`` and ``var`` (biased: divided by the count) are over the ``C // num_groups`` adjacent channels of a group,
    separately at every position. For accuracy and gradients see ``group_norm``.

    Args:
      x: floating-point array of shape ``(..., C)``; any number of leading axes, none included.
      num_groups: number of groups, a positive integer that divides C.
      gamma: scale of each channel, shape ``(C,)``.
      beta: offset of each channel, shape ``(C,)``.
      eps: added to the variance, inside the square root; not negative.

    Returns:
      Array of x's shape and dtype.

    Raises:
      TypeError: if ``num_groups`` is no integer, ``eps`` no real number, or x not of a floating-point dtype.
      ValueError: if ``num_groups`` is below 1 or does not divide C, ``eps`` is negative, or x is 0-d.

    References:
      Wu and He, Group Normalization, 2018, https://arxiv.org/abs/1803.08494, equations 1, 2 and 7.
    """
    num_groups, x = check_num_groups(num_groups), check_array("x", x)
    check_input(x, num_groups)
    return group_norm(x, num_groups, gamma, beta, eps=eps, batch_axes=x.ndim - 1)


def group_norm(
    x: jax.Array,
    num_groups: int,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    channel_axis: int = -1,
    batch_axes: Axes = 1,
    **options: Unpack[Options],
) -> jax.Array:
    """Normalises each group of channels of each sample: the layer of the paper.

    ``gamma * (x - mean) / sqrt(var + eps) + beta``; ``mean`` and ``var`` (biased) are over the ``C // num_groups``
    adjacent channels of a group and all axes of a sample but the channels'. ``num_groups=1`` normalises whole samples,
    ``num_groups=C`` each channel of each sample.

    Accuracy: computed in float32, for unit gamma the error is at most 2e-6 times max(1, largest output) for mean/std up
    to 1e5, as long as squares of differences from the mean neither overflow nor vanish (1e-18 to 1e18; beyond, beta is
    all that is left); narrower dtypes add the rounding of the result. A sample's result does not depend on the other
    samples by more than that: they decide, on a CPU, whether its large mean is worth a second reading.

    Gradients keep x and the statistics, nothing else of x's size; forward mode and higher derivatives work.

    Args:
      x: floating-point array; axes of samples, of positions and one of channels. The batch may be empty.
      num_groups: number of groups, a positive integer that divides the number of channels C.
      gamma: scale of each channel, shape ``(C,)``, or of each sample's, ``(N, C)``; None is 1.
      beta: offset, likewise; None is 0.
      eps: added to the variance, inside the square root; not negative.
      channel_axis: which axis of x holds the channels: -1 for channels last, 1 for ``(N, C, *spatial)``.
      batch_axes: how many leading axes count samples, 0 for a single sample; or which axes do.
      **options: see ``Options``: where, residual, activation, dtype, axis_name, axis_index_groups.

    Returns:
      Array of x's shape and dtype, or of the dtype asked for.

    Raises:
      TypeError: if ``num_groups`` is no integer, ``eps`` no real number, or x, gamma or beta not floating point.
      ValueError: if ``num_groups`` is below 1 or does not divide C, ``eps`` is negative, an axis is out of range or
        named twice, the channels' axis is one of the batch, gamma or beta has another shape, or ``where`` does not
        broadcast.

    Example:
      Channels first, as in other libraries:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import group_norm
      >>> x = jax.random.normal(jax.random.key(0), (2, 6, 4, 4))
      >>> first = group_norm(x, 3, channel_axis=1)
      >>> last = group_norm(jnp.moveaxis(x, 1, -1), 3)
      >>> bool(jnp.allclose(jnp.moveaxis(first, 1, -1), last, atol=1e-6))
      True

    References:
      Wu and He, Group Normalization, 2018, https://arxiv.org/abs/1803.08494, equations 1, 2, 6 and 7.
    """
    num_groups, x = check_num_groups(num_groups), check_array("x", x)
    check_floating(x)
    axis, kept = check_channel_axis(x, channel_axis, batch_axes)
    check_input(x, num_groups, axis)
    return _apply(over_channel_groups(x.shape, kept, axis, num_groups), x, gamma, beta, kept, (axis,), eps, **options)


def layer_norm(
    x: jax.Array,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    axes: Axes = -1,
    feature_axes: Axes = -1,
    **options: Unpack[Options],
) -> jax.Array:
    """``gamma * (x - mean) / sqrt(var + eps) + beta`` with mean and variance (biased) over some axes.

    Args:
      x: floating-point array of any shape.
      gamma: scale, of the features' shape, or of that with the first axis of x before it; None is 1.
      beta: offset, likewise; None is 0.
      eps: added to the variance, inside the square root; not negative.
      axes: what is taken together.
      feature_axes: for what there is a scale and an offset of its own.
      **options: see ``Options``: where, residual, activation, dtype, axis_name, axis_index_groups.

    Returns:
      Array of x's shape and dtype, or of the dtype asked for. Accuracy and gradients are those of ``group_norm``.

    Raises:
      TypeError: if ``eps`` is no real number, an axis no integer, or x, gamma or beta not floating point.
      ValueError: if ``eps`` is negative, an axis is out of range or named twice, gamma or beta has another shape, or
        ``where`` does not broadcast.

    Example:
      One group over all but the batch is group normalization with one group:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import group_norm, layer_norm
      >>> x = jax.random.normal(jax.random.key(0), (2, 4, 4, 6))
      >>> bool(jnp.allclose(layer_norm(x, axes=(1, 2, 3)), group_norm(x, 1), atol=1e-6))
      True

    References:
      Ba, Kiros and Hinton, Layer Normalization, 2016, https://arxiv.org/abs/1607.06450, equation 4.
    """
    x = check_array("x", x)
    check_floating(x)
    reduced, features = check_axis_set("axes", axes, x.shape), check_axis_set("feature_axes", feature_axes, x.shape)
    return _apply(over_axes(x.shape, reduced, features), x, gamma, beta, (0,), features, eps, **options)


def instance_norm(
    x: jax.Array,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    feature_axes: Axes = -1,
    **options: Unpack[Options],
) -> jax.Array:
    """Normalises each channel of each sample over its positions.

    Args:
      x: floating-point array ``(N, ..., C)``, or with the features along other axes than the first.
      gamma: scale, of the features' shape, or of that with N before it; None is 1.
      beta: offset, likewise; None is 0.
      eps: added to the variance, inside the square root; not negative.
      feature_axes: what is normalised apart, besides samples.
      **options: see ``Options``: where, residual, activation, dtype, axis_name, axis_index_groups.

    Returns:
      Array of x's shape and dtype, or of the dtype asked for. Accuracy and gradients are those of ``group_norm``.

    Raises:
      TypeError: as for ``layer_norm``.
      ValueError: as for ``layer_norm``, or if the first axis is one of the features'.

    Example:
      A group of each channel:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import group_norm, instance_norm
      >>> x = jax.random.normal(jax.random.key(0), (2, 4, 4, 6))
      >>> bool(jnp.allclose(instance_norm(x), group_norm(x, 6), atol=1e-6))
      True

    References:
      Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016, https://arxiv.org/abs/1607.08022, equation 4.
    """
    x = check_array("x", x)
    check_floating(x)
    features = check_axis_set("feature_axes", feature_axes, x.shape)
    if 0 in features:
        raise ValueError(
            f"feature_axes={feature_axes!r} names the first axis of x, which has shape {x.shape}, but that counts "
            "samples; x[None] adds it to a single sample"
        )
    axes = tuple(axis for axis in range(1, x.ndim) if axis not in features)
    return layer_norm(x, gamma, beta, eps=eps, axes=axes, feature_axes=features, **options)


def rms_norm(
    x: jax.Array,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    axes: Axes = -1,
    feature_axes: Axes = -1,
    **options: Unpack[Options],
) -> jax.Array:
    """``gamma * x / sqrt(mean(x**2) + eps) + beta``: layer normalization without the mean.

    Args:
      x: floating-point array of any shape.
      gamma: scale, of the features' shape, or of that with the first axis of x before it; None is 1.
      beta: offset, likewise; None is 0.
      eps: added to the mean square, inside the square root; not negative.
      axes: what is taken together.
      feature_axes: for what there is a scale and an offset of its own.
      **options: see ``Options``: where, residual, activation, dtype, axis_name, axis_index_groups.

    Returns:
      Array of x's shape and dtype, or of the dtype asked for. Gradients keep what those of ``group_norm`` keep.

    Raises:
      TypeError: as for ``layer_norm``.
      ValueError: as for ``layer_norm``.

    Example:
      Of what has no mean, it is layer normalization:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import layer_norm, rms_norm
      >>> x = jax.random.normal(jax.random.key(0), (2, 6))
      >>> x = x - x.mean(-1, keepdims=True)
      >>> bool(jnp.allclose(rms_norm(x), layer_norm(x), atol=1e-6))
      True

    References:
      Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, https://arxiv.org/abs/1910.07467, equation 4.
    """
    x = check_array("x", x)
    check_floating(x)
    reduced, features = check_axis_set("axes", axes, x.shape), check_axis_set("feature_axes", feature_axes, x.shape)
    return _apply(over_axes(x.shape, reduced, features), x, gamma, beta, (0,), features, eps, centred=False, **options)


def _apply(
    arrangement: Arrangement,
    x: jax.Array,
    gamma: jax.Array | None,
    beta: jax.Array | None,
    batch: Sequence[int],
    features: Sequence[int],
    eps: float,
    *,
    centred: bool = True,
    **options: Unpack[Options],
) -> jax.Array:
    """Checks what all norms take, and calls the norm."""
    check_names("a norm", options, Options.__annotations__)
    given = {"gamma": gamma, "beta": beta, "where": options.get("where"), "residual": options.get("residual")}
    gamma, beta, where, residual = (None if a is None else check_array(name, a) for name, a in given.items())
    axis_name, index_groups = options.get("axis_name"), options.get("axis_index_groups")
    check_axis_name(axis_name, index_groups)
    plan = Plan(
        arrangement,
        check_eps(eps),
        check_dtype(options.get("dtype"), x.dtype),
        centred,
        check_activation(options.get("activation"), ACTIVATIONS),
        axis_name if axis_name is None or isinstance(axis_name, str) else tuple(axis_name),
        None if index_groups is None else tuple(map(tuple, index_groups)),
    )
    of_samples = tuple(axis for axis in batch if axis not in features)
    placed = []
    for name, parameter in (("gamma", gamma), ("beta", beta)):
        lengths = [[x.shape[axis] for axis in axes] for axes in (features, of_samples)]
        check_parameter(name, parameter, *lengths)
        placed.append(None if parameter is None else _beside(parameter, x.shape, of_samples, features))
    check_residual(residual, x)
    if where is not None:
        check_where(where, x.shape)
        where = jnp.reshape(where, (1,) * (x.ndim - jnp.ndim(where)) + jnp.shape(where))
    if not x.size:
        return jnp.zeros(x.shape, plan.dtype)
    gamma, beta = placed
    return norm(plan, x, gamma, beta, where, residual)


def _beside(parameter: jax.Array, shape: Sequence[int], batch: Sequence[int], features: Sequence[int]) -> jax.Array:
    """A parameter with an axis for each of x's, of length 1 where it has none."""
    has = features if jnp.ndim(parameter) == len(features) else (*batch, *features)
    return jnp.reshape(parameter, [length if axis in has else 1 for axis, length in enumerate(shape)])
