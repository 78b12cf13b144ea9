"""The norms as pure functions. Arguments are checked here and in ``_layouts``; the arithmetic is in ``_norm``."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp

from groupnorm_jax._checks import (
    check_activation,
    check_axis_name,
    check_dtype,
    check_eps,
    check_input,
    check_residual,
    check_where,
)
from groupnorm_jax._layouts import Axes, Layout, of_axes, of_groups, of_instances
from groupnorm_jax._norm import ACTIVATIONS, Activation, Plan, norm


def group_norm(
    x: jax.Array,
    num_groups: int,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    channel_axis: int = -1,
    batch_axes: Axes = 1,
    where: jax.Array | None = None,
    residual: jax.Array | None = None,
    activation: str | Activation | None = None,
    dtype: jax.typing.DTypeLike | None = None,
    axis_name: str | Sequence[str] | None = None,
    axis_index_groups: Sequence[Sequence[int]] | None = None,
) -> jax.Array:
    """Normalises each group of channels of each sample, as in the paper.

    Computes ``gamma * (x - mean) / sqrt(var + eps) + beta``, where mean and var (biased: divided by the count) are over
    the ``C // num_groups`` adjacent channels of a group and all positions of a sample. ``num_groups=1`` normalises each
    sample as a whole, ``num_groups=C`` each channel of each sample.

    Accuracy: in float32 and for unit gamma, the error is at most 2e-6 times max(1, largest output) for mean/std up to
    1e5, as long as squared differences from the mean neither overflow nor underflow (differences of 1e-18 to 1e18;
    beyond, the result is beta). Narrower dtypes add the rounding of the result. The other samples of a batch change a
    sample's result by rounding only: on a CPU they influence whether x is read a second time for the sake of a large
    mean.

    Gradients keep x and the statistics, and nothing else of x's size. Forward mode and higher derivatives work.

    Args:
      x: Floating-point array with axes for samples, positions and channels. The batch may be empty.
      num_groups: Number of groups, a positive integer that divides the number of channels C.
      gamma: Scale, floating point: one value per channel, shape ``(C,)``, or one per sample and channel, shape ``(N,
        C)``. None, the default, is 1.
      beta: Offset, likewise. None, the default, is 0.
      eps: Added to the variance, inside the square root; finite and not negative, 1e-5 by default.
      channel_axis: Axis of the channels: -1, the default, for channels last; 1 for ``(N, C, *spatial)``.
      batch_axes: Number of leading axes that count samples, 1 by default and 0 for a single sample; or a tuple of the
        axes that do.
      where: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A value
        of weight 0 is normalised as if it were 0; a group in which nothing counts gives beta. No gradient flows to
        weights. None, the default, counts all values alike.
      residual: Real array of x's shape, added after the affine map. None, the default, adds nothing.
      activation: Applied last: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh approximation) or an elementwise function.
        None, the default, applies nothing.
      dtype: Floating-point dtype of the result; None, the default, is x's. Everything is computed in float32, or in
        float64 if x or the result is float64.
      axis_name: Name, or names, of mapped axes (``jax.shard_map``, ``jax.vmap``, ``jax.pmap``) over whose devices
        groups extend. Each device counts by the number of values it holds. None, the default, keeps groups on one
        device.
      axis_index_groups: Groups of indices along the mapped axis, as for ``jax.lax.psum``; each group shares statistics.
        None, the default, is one group of all.

    Returns:
      Array of x's shape and dtype, or of ``dtype``.

    Raises:
      TypeError: If x, gamma or beta is not floating point, ``num_groups`` or an axis is not an integer, or ``eps`` is
        not a real number.
      ValueError: If ``num_groups`` is below 1 or does not divide C, ``eps`` is negative, an axis is out of range or
        named twice, the channel axis is a batch axis, or gamma, beta, ``where`` or ``residual`` has the wrong shape.

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
    x = check_input(x)
    layout = of_groups(x.shape, num_groups, channel_axis, batch_axes)
    return applied(
        layout,
        x,
        layout.parameter("gamma", gamma),
        layout.parameter("beta", beta),
        check_eps("eps", eps),
        where=where,
        residual=residual,
        activation=activation,
        dtype=dtype,
        axis_name=axis_name,
        axis_index_groups=axis_index_groups,
    )


def layer_norm(
    x: jax.Array,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    axes: Axes = -1,
    feature_axes: Axes = -1,
    where: jax.Array | None = None,
    residual: jax.Array | None = None,
    activation: str | Activation | None = None,
    dtype: jax.typing.DTypeLike | None = None,
    axis_name: str | Sequence[str] | None = None,
    axis_index_groups: Sequence[Sequence[int]] | None = None,
) -> jax.Array:
    """Normalises over some axes, the last by default.

    Computes ``gamma * (x - mean) / sqrt(var + eps) + beta``, where mean and var (biased) are over ``axes``. Accuracy
    and gradients are those of ``group_norm``.

    Args:
      x: Floating-point array of any shape with at least one axis.
      gamma: Scale, floating point: one value per feature, of the lengths of ``feature_axes`` in x's order, or one per
        sample and feature, with x's first axis before these. None, the default, is 1.
      beta: Offset, likewise. None, the default, is 0.
      eps: Added to the variance, inside the square root; finite and not negative, 1e-5 by default.
      axes: Axis or axes that share statistics; the last by default.
      feature_axes: Axis or axes along which gamma and beta have values of their own; the last by default.
      where: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A value
        of weight 0 is normalised as if it were 0; a group in which nothing counts gives beta. No gradient flows to
        weights. None, the default, counts all values alike.
      residual: Real array of x's shape, added after the affine map. None, the default, adds nothing.
      activation: Applied last: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh approximation) or an elementwise function.
        None, the default, applies nothing.
      dtype: Floating-point dtype of the result; None, the default, is x's. Everything is computed in float32, or in
        float64 if x or the result is float64.
      axis_name: Name, or names, of mapped axes (``jax.shard_map``, ``jax.vmap``, ``jax.pmap``) over whose devices
        groups extend. Each device counts by the number of values it holds. None, the default, keeps groups on one
        device.
      axis_index_groups: Groups of indices along the mapped axis, as for ``jax.lax.psum``; each group shares statistics.
        None, the default, is one group of all.

    Returns:
      Array of x's shape and dtype, or of ``dtype``.

    Raises:
      TypeError: If x, gamma or beta is not floating point, ``eps`` is not a real number, or an axis is not an integer.
      ValueError: If ``eps`` is negative, an axis is out of range or named twice, or gamma, beta, ``where`` or
        ``residual`` has the wrong shape.

    Example:
      Over all axes but the batch, it is group normalization with one group:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import group_norm, layer_norm
      >>> x = jax.random.normal(jax.random.key(0), (2, 4, 4, 6))
      >>> bool(jnp.allclose(layer_norm(x, axes=(1, 2, 3)), group_norm(x, 1), atol=1e-6))
      True

    References:
      Ba, Kiros and Hinton, Layer Normalization, 2016, https://arxiv.org/abs/1607.06450, equation 4.
    """
    x = check_input(x)
    layout = of_axes(x.shape, axes, feature_axes)
    return applied(
        layout,
        x,
        layout.parameter("gamma", gamma),
        layout.parameter("beta", beta),
        check_eps("eps", eps),
        where=where,
        residual=residual,
        activation=activation,
        dtype=dtype,
        axis_name=axis_name,
        axis_index_groups=axis_index_groups,
    )


def instance_norm(
    x: jax.Array,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    feature_axes: Axes = -1,
    where: jax.Array | None = None,
    residual: jax.Array | None = None,
    activation: str | Activation | None = None,
    dtype: jax.typing.DTypeLike | None = None,
    axis_name: str | Sequence[str] | None = None,
    axis_index_groups: Sequence[Sequence[int]] | None = None,
) -> jax.Array:
    """Normalises each channel of each sample over its positions.

    Computes ``gamma * (x - mean) / sqrt(var + eps) + beta``, where mean and var (biased) are over all axes but the
    first and ``feature_axes``. Accuracy and gradients are those of ``group_norm``.

    Args:
      x: Floating-point array whose first axis counts samples: ``(N, *spatial, C)``, or with the features along other
        axes.
      gamma: Scale, floating point: one value per feature, of the lengths of ``feature_axes`` in x's order, or one per
        sample and feature, with x's first axis before these. None, the default, is 1.
      beta: Offset, likewise. None, the default, is 0.
      eps: Added to the variance, inside the square root; finite and not negative, 1e-5 by default.
      feature_axes: Axis or axes along which statistics, gamma and beta have values of their own; the last by default.
        The first axis cannot be one.
      where: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A value
        of weight 0 is normalised as if it were 0; a group in which nothing counts gives beta. No gradient flows to
        weights. None, the default, counts all values alike.
      residual: Real array of x's shape, added after the affine map. None, the default, adds nothing.
      activation: Applied last: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh approximation) or an elementwise function.
        None, the default, applies nothing.
      dtype: Floating-point dtype of the result; None, the default, is x's. Everything is computed in float32, or in
        float64 if x or the result is float64.
      axis_name: Name, or names, of mapped axes (``jax.shard_map``, ``jax.vmap``, ``jax.pmap``) over whose devices
        groups extend. Each device counts by the number of values it holds. None, the default, keeps groups on one
        device.
      axis_index_groups: Groups of indices along the mapped axis, as for ``jax.lax.psum``; each group shares statistics.
        None, the default, is one group of all.

    Returns:
      Array of x's shape and dtype, or of ``dtype``.

    Raises:
      TypeError: If x, gamma or beta is not floating point, ``eps`` is not a real number, or an axis is not an integer.
      ValueError: If ``eps`` is negative, an axis is out of range or named twice, the first axis is a feature, or gamma,
        beta, ``where`` or ``residual`` has the wrong shape.

    Example:
      It is group normalization with one channel per group:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import group_norm, instance_norm
      >>> x = jax.random.normal(jax.random.key(0), (2, 4, 4, 6))
      >>> bool(jnp.allclose(instance_norm(x), group_norm(x, 6), atol=1e-6))
      True

    References:
      Ulyanov, Vedaldi and Lempitsky, Instance Normalization, 2016, https://arxiv.org/abs/1607.08022, equation 4.
    """
    x = check_input(x)
    layout = of_instances(x.shape, feature_axes)
    return applied(
        layout,
        x,
        layout.parameter("gamma", gamma),
        layout.parameter("beta", beta),
        check_eps("eps", eps),
        where=where,
        residual=residual,
        activation=activation,
        dtype=dtype,
        axis_name=axis_name,
        axis_index_groups=axis_index_groups,
    )


def rms_norm(
    x: jax.Array,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    axes: Axes = -1,
    feature_axes: Axes = -1,
    where: jax.Array | None = None,
    residual: jax.Array | None = None,
    activation: str | Activation | None = None,
    dtype: jax.typing.DTypeLike | None = None,
    axis_name: str | Sequence[str] | None = None,
    axis_index_groups: Sequence[Sequence[int]] | None = None,
) -> jax.Array:
    """Divides by the root mean square over some axes, the last by default.

    Computes ``gamma * x / sqrt(mean(x**2) + eps) + beta``, where the mean is over ``axes``: layer normalization without
    subtracting the mean. Gradients keep what those of ``group_norm`` keep.

    Args:
      x: Floating-point array of any shape with at least one axis.
      gamma: Scale, floating point: one value per feature, of the lengths of ``feature_axes`` in x's order, or one per
        sample and feature, with x's first axis before these. None, the default, is 1.
      beta: Offset, likewise. None, the default, is 0.
      eps: Added to the mean square, inside the square root; finite and not negative, 1e-5 by default.
      axes: Axis or axes that share statistics; the last by default.
      feature_axes: Axis or axes along which gamma and beta have values of their own; the last by default.
      where: Which values count in the statistics: booleans or non-negative weights that broadcast to x's shape. A value
        of weight 0 is normalised as if it were 0; a group in which nothing counts gives beta. No gradient flows to
        weights. None, the default, counts all values alike.
      residual: Real array of x's shape, added after the affine map. None, the default, adds nothing.
      activation: Applied last: ``"relu"``, ``"silu"``, ``"gelu"`` (the tanh approximation) or an elementwise function.
        None, the default, applies nothing.
      dtype: Floating-point dtype of the result; None, the default, is x's. Everything is computed in float32, or in
        float64 if x or the result is float64.
      axis_name: Name, or names, of mapped axes (``jax.shard_map``, ``jax.vmap``, ``jax.pmap``) over whose devices
        groups extend. Each device counts by the number of values it holds. None, the default, keeps groups on one
        device.
      axis_index_groups: Groups of indices along the mapped axis, as for ``jax.lax.psum``; each group shares statistics.
        None, the default, is one group of all.

    Returns:
      Array of x's shape and dtype, or of ``dtype``.

    Raises:
      TypeError: If x, gamma or beta is not floating point, ``eps`` is not a real number, or an axis is not an integer.
      ValueError: If ``eps`` is negative, an axis is out of range or named twice, or gamma, beta, ``where`` or
        ``residual`` has the wrong shape.

    Example:
      Where the mean is zero, it is layer normalization:

      >>> import jax, jax.numpy as jnp
      >>> from groupnorm_jax import layer_norm, rms_norm
      >>> x = jax.random.normal(jax.random.key(0), (2, 6))
      >>> x = x - x.mean(-1, keepdims=True)
      >>> bool(jnp.allclose(rms_norm(x), layer_norm(x), atol=1e-6))
      True

    References:
      Zhang and Sennrich, Root Mean Square Layer Normalization, 2019, https://arxiv.org/abs/1910.07467, equation 4.
    """
    x = check_input(x)
    layout = of_axes(x.shape, axes, feature_axes)
    return applied(
        layout,
        x,
        layout.parameter("gamma", gamma),
        layout.parameter("beta", beta),
        check_eps("eps", eps),
        centred=False,
        where=where,
        residual=residual,
        activation=activation,
        dtype=dtype,
        axis_name=axis_name,
        axis_index_groups=axis_index_groups,
    )


def applied(
    layout: Layout,
    x: jax.Array,
    gamma: jax.Array | None,
    beta: jax.Array | None,
    eps: float,
    *,
    centred: bool = True,
    where: jax.Array | None = None,
    residual: jax.Array | None = None,
    activation: str | Activation | None = None,
    dtype: jax.typing.DTypeLike | None = None,
    axis_name: str | Sequence[str] | None = None,
    axis_index_groups: Sequence[Sequence[int]] | None = None,
) -> jax.Array:
    """Checks what every norm takes, and calls the norm; x, gamma, beta and eps are checked already."""
    check_axis_name(axis_name, axis_index_groups)
    plan = Plan(
        layout.arrangement,
        eps,
        check_dtype(dtype, x.dtype),
        centred,
        check_activation(activation, ACTIVATIONS),
        axis_name if axis_name is None or isinstance(axis_name, str) else tuple(axis_name),
        None if axis_index_groups is None else tuple(map(tuple, axis_index_groups)),
    )
    residual, where = check_residual(residual, x.shape), check_where(where, x.shape)
    gamma, beta = (None if p is None else layout.aligned(p) for p in (gamma, beta))
    if where is not None:
        where = jnp.reshape(where, (1,) * (x.ndim - where.ndim) + where.shape)
    if not x.size:
        return jnp.zeros(x.shape, plan.dtype)
    return norm(plan, x, gamma, beta, where, residual)
