"""The arithmetic of the layers: pure functions on arrays."""

import math

import jax
import jax.numpy as jnp

from groupnorm_jax._checks import check_eps, check_input, check_num_groups


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
    dtype = x.dtype if jnp.finfo(x.dtype).bits >= jnp.finfo(jnp.float32).bits else jnp.float32
    # Rank 3 whatever x's rank: XLA's CPU reductions are reliable only at low ranks.
    positions, channels = math.prod(x.shape[:-1]), x.shape[-1]
    grouped = x.astype(dtype).reshape(positions, num_groups, channels // num_groups)

    shift = jax.lax.stop_gradient(jnp.mean(grouped, axis=-1, keepdims=True))
    difference = grouped - shift
    centred = difference - jnp.mean(difference, axis=-1, keepdims=True)
    variance = jnp.mean(jnp.square(centred), axis=-1, keepdims=True)
    normalized = (centred / jnp.sqrt(variance + eps)).reshape(positions, channels)

    y = normalized * gamma.astype(dtype)[None, :] + beta.astype(dtype)[None, :]
    return y.reshape(x.shape).astype(x.dtype)
