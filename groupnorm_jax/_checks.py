"""Arguments are refused at the door: the rule, the values received, a way out."""

import math
import numbers

import jax
import jax.numpy as jnp


def check_num_groups(num_groups: object) -> int:
    """Returns the number of groups as an ``int``.

    Raises:
      TypeError: if it is not an integer. Python's and NumPy's integers are; ``True`` and ``2.0`` are not.
      ValueError: if it is not positive.
    """
    if isinstance(num_groups, bool) or not isinstance(num_groups, numbers.Integral):
        raise TypeError(
            f"num_groups must be an integer, got num_groups={num_groups!r} of type "
            f"{type(num_groups).__name__}; write a count such as num_groups=2"
        )
    count = int(num_groups)
    if count < 1:
        raise ValueError(
            f"num_groups must be at least 1, got num_groups={count}; num_groups=1 puts all channels in one group"
        )
    return count


def check_eps(eps: object) -> float:
    """Returns epsilon as a ``float``.

    Raises:
      TypeError: if it is not a real number.
      ValueError: if it is negative, infinite or NaN.
    """
    if isinstance(eps, bool) or not isinstance(eps, numbers.Real):
        raise TypeError(f"eps must be a real number, got eps={eps!r} of type {type(eps).__name__}; 1e-5 is usual")
    value = float(eps)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"eps must be finite and not negative, got eps={value}; 1e-5 is usual")
    return value


def check_input(x: jax.Array, num_groups: int, axis: int = -1) -> None:
    """Checks that ``x`` is floating point and has channels along the axis, which split into the groups.

    Raises:
      TypeError: if ``x`` is not of a real floating-point dtype.
      ValueError: if ``x`` is 0-d or has no channels, or if ``num_groups`` does not divide them.
    """
    if not jnp.issubdtype(x.dtype, jnp.floating):
        hint = "normalise x.real and x.imag apart" if jnp.iscomplexobj(x) else "convert it with x.astype(jnp.float32)"
        raise TypeError(f"x must be of a floating-point dtype, got {x.dtype}{list(x.shape)}; {hint}")
    if x.ndim == 0:
        raise ValueError("x must have a channel axis, shape (..., C), got a 0-d array; x[None] is one channel")
    channels = x.shape[axis]
    if channels == 0:
        where = "the last axis" if axis in (-1, x.ndim - 1) else f"axis {axis}"
        raise ValueError(f"x must have at least one channel, got shape {x.shape}; channels are {where}")
    if channels % num_groups:
        raise ValueError(
            f"{channels} channels do not split into num_groups={num_groups}; {_divisors(channels)} groups would"
        )


def check_axes(x: jax.Array, channel_axis: int, batch_axes: int) -> int:
    """Returns the channels' axis, counted from the front.

    Raises:
      TypeError: if one of the two is no integer.
      ValueError: if x has no such axis, or it is one of the batch's.
    """
    for name, given in (("channel_axis", channel_axis), ("batch_axes", batch_axes)):
        if isinstance(given, bool) or not isinstance(given, numbers.Integral):
            raise TypeError(f"{name} must be an integer, got {name}={given!r} of type {type(given).__name__}")
    if not -x.ndim <= channel_axis < x.ndim:
        raise ValueError(f"channel_axis={channel_axis} is no axis of x, which has shape {x.shape}; -1 is the last")
    axis = int(channel_axis) % x.ndim
    if not 0 <= batch_axes <= axis:
        raise ValueError(
            f"the channels, axis {axis} of x with shape {x.shape}, must come after batch_axes={batch_axes} axes of "
            "samples; for a single sample without a batch axis give batch_axes=0"
        )
    return axis


def check_per_channel(name: str, parameter: jax.Array | None, channels: int) -> None:
    """Checks a scale or an offset.

    Raises:
      ValueError: if there is one and it is not of shape ``(channels,)``.
    """
    if parameter is not None and jnp.shape(parameter) != (channels,):
        raise ValueError(
            f"{name} must have shape ({channels},), one value a channel, got shape {jnp.shape(parameter)}; "
            f"{name}.reshape({channels}) if it holds the same values"
        )


def check_where(where: jax.Array, shape: tuple[int, ...]) -> None:
    """Checks a mask.

    Raises:
      ValueError: if it does not broadcast to the shape.
    """
    try:
        fits = jnp.broadcast_shapes(jnp.shape(where), shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"where must broadcast to x's shape {shape}, got shape {jnp.shape(where)}; give axes that it does not "
            "distinguish the length 1"
        )


def _divisors(n: int) -> str:
    """Lists the divisors of ``n`` in words: "1, 2, 3 or 6"."""
    numbers_ = [str(d) for d in range(1, n + 1) if n % d == 0]
    return " or ".join([", ".join(numbers_[:-1]), numbers_[-1]]) if len(numbers_) > 1 else numbers_[0]
