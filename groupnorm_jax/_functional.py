"""The arithmetic of the layers: pure functions on arrays."""

import math

import jax
import jax.numpy as jnp

from groupnorm_jax._checks import check_axes, check_eps, check_input, check_num_groups, check_per_channel, check_where
from groupnorm_jax._moments import merge_axes, moments, normalize


def group_norm_per_position(
    x: jax.Array, num_groups: int, gamma: jax.Array, beta: jax.Array, *, eps: float
) -> jax.Array:
    """Normalises each group of channels at each position: ``gamma * (x - mean) / sqrt(var + eps) + beta``.

    ``mean`` and ``var`` (biased: divided by the count) are over the ``C // num_groups`` adjacent channels of a group,
    separately at every position. Computed in float32 for narrower inputs, else in x's dtype.

    Subtracting a rounded mean loses the digits that a large mean hides. So the rounded mean is only a
    *shift*: near it ``x - shift`` is exact (Sterbenz), and what the mean lacks is found again as the mean of those
    differences. The result depends on the shift in no other way, hence no gradient flows through it. For unit gamma
    the error stays below 2e-6 times max(1, largest output) for mean/std up to 1e5, as long as squares of the
    differences from the mean neither overflow nor vanish: in float32 for differences between 1e-18 and 1e18.

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
    num_groups, eps = check_num_groups(num_groups), check_eps(eps)
    check_input(x, num_groups)
    # Rank 3 whatever x's rank: XLA's CPU reductions are reliable only at low ranks.
    positions, channels = math.prod(x.shape[:-1]), x.shape[-1]
    grouped = x.reshape(positions, num_groups, channels // num_groups)
    normalized = normalize(grouped, moments(grouped, -1), eps=eps).reshape(positions, channels)
    y = normalized * gamma.astype(normalized.dtype)[None, :] + beta.astype(normalized.dtype)[None, :]
    return y.reshape(x.shape).astype(x.dtype)


def group_norm(  # noqa: PLR0913 - the layer's arguments
    x: jax.Array,
    num_groups: int,
    gamma: jax.Array | None = None,
    beta: jax.Array | None = None,
    *,
    eps: float = 1e-5,
    channel_axis: int = -1,
    batch_axes: int = 1,
    where: jax.Array | None = None,
) -> jax.Array:
    """Normalises each group of channels of each sample: the layer of the paper.

    ``gamma * (x - mean) / sqrt(var + eps) + beta``; ``mean`` and ``var`` (biased) are over the ``C // num_groups``
    adjacent channels of a group and all axes of a sample but the channels'. Computed in float32 for narrower inputs,
    else in x's dtype. ``num_groups=1`` normalises whole samples, ``num_groups=C`` each channel of each sample.

    For unit gamma the error stays below 2e-6 times max(1, largest output) for mean/std up to 1e5: see ``Moments``. A
    sample's result does not depend on other samples, but for the order in which XLA adds.

    Args:
      x: floating-point array: ``batch_axes`` axes of samples, then any number of axes, the channels among them. The
        batch may be empty.
      num_groups: number of groups, a positive integer that divides the number of channels C.
      gamma: scale of each channel, shape ``(C,)``; None is 1.
      beta: offset of each channel, shape ``(C,)``; None is 0.
      eps: added to the variance, inside the square root; not negative.
      channel_axis: which axis of x holds the channels: -1 for channels last, 1 for ``(N, C, *spatial)``.
      batch_axes: how many leading axes count samples; 0 for a single sample.
      where: which values count in the statistics, booleans or non-negative weights that broadcast to x's shape. What
        does not count is normalised too, as if it were 0 where its weight is 0; a group in which nothing counts gives
        beta.

    Returns:
      Array of x's shape and dtype.

    Raises:
      TypeError: if ``num_groups`` is no integer, ``eps`` no real number, or x not of a floating-point dtype.
      ValueError: if ``num_groups`` is below 1 or does not divide C, ``eps`` is negative, an axis is out of range or the
        channels' axis is one of the batch, gamma or beta is not of shape ``(C,)``, or ``where`` does not broadcast.

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
    num_groups, eps = check_num_groups(num_groups), check_eps(eps)
    axis = check_axes(x, channel_axis, batch_axes)
    check_input(x, num_groups, axis)
    channels = x.shape[axis]
    for name, parameter in (("gamma", gamma), ("beta", beta)):
        check_per_channel(name, parameter, channels)
    if where is not None:
        check_where(where, x.shape)
        where = jnp.broadcast_to(where, x.shape)
        x = jnp.where(where.astype(bool), x, jnp.zeros((), x.dtype))
    # Rank 4 whatever x's rank: samples, positions before and after the channels, and the channels between them.
    shape = (*(math.prod(x.shape[a:b]) for a, b in ((0, batch_axes), (batch_axes, axis))), channels, -1)
    if not x.size:
        return x
    flat = x.reshape(shape)
    of_channels = moments(flat, (1, 3), where=None if where is None else where.reshape(shape))
    size = channels // num_groups
    grouped = jax.tree.map(lambda field: field.reshape(-1, num_groups, size), of_channels)
    of_groups = merge_axes(grouped, -1)
    statistics = jax.tree.map(lambda field: jnp.repeat(field, size, -1).reshape(-1, 1, channels, 1), of_groups)
    affine = (None if p is None else p.reshape(1, 1, channels, 1) for p in (gamma, beta))
    return normalize(flat, statistics, *affine, eps=eps).reshape(x.shape).astype(x.dtype)
