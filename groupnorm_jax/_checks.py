"""Arguments are refused before XLA sees them: the rule, the values received, a way out."""

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np


def check_array(name: str, value: jax.typing.ArrayLike) -> jax.Array:
    """Returns the value as an array.

    Raises:
      TypeError: If it does not hold numbers.
    """
    try:
        return jnp.asarray(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {value!r:.80}; try jnp.asarray({name})") from None


def check_input(value: jax.typing.ArrayLike) -> jax.Array:
    """Returns x as a floating-point array that has axes.

    Raises:
      TypeError: If it does not hold real floating-point numbers.
      ValueError: If it is 0-d.
    """
    x = check_array("x", value)
    if not jnp.issubdtype(x.dtype, jnp.floating):
        hint = (
            "normalise x.real and x.imag separately" if jnp.iscomplexobj(x) else "convert it with x.astype(jnp.float32)"
        )
        raise TypeError(f"x must have a floating-point dtype, got {x.dtype}{list(x.shape)}; {hint}")
    if x.ndim == 0:
        raise ValueError("x must have a channel axis, shape (..., C), got a 0-d array; x[None] has one channel")
    return x


def check_broadcast(what: str, *shapes: Sequence[int]) -> tuple[int, ...]:
    """Returns the shape to which all shapes broadcast.

    Raises:
      ValueError: If they do not broadcast.
    """
    try:
        return jnp.broadcast_shapes(*map(tuple, shapes))
    except ValueError:
        found = " and ".join(map(str, dict.fromkeys(map(tuple, shapes))))
        raise ValueError(
            f"{what} must broadcast against each other, got shapes {found}; give missing axes length 1"
        ) from None


def check_count(name: str, value: object) -> int:
    """Returns a count as an ``int``.

    Raises:
      TypeError: If it is not an integer. Python's and NumPy's integers are; ``True`` and ``2.0`` are not.
      ValueError: If it is not positive.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(
            f"{name} must be an integer, got {name}={value!r} of type {type(value).__name__}; pass a count such as "
            f"{name}=2"
        )
    count = int(value)
    if count < 1:
        way_out = "num_groups=1 puts all channels in one group" if name == "num_groups" else f"try {name}=1"
        raise ValueError(f"{name} must be at least 1, got {name}={count}; {way_out}")
    return count


def check_num_groups(num_groups: object, channels: int) -> int:
    """Returns the number of groups.

    Raises:
      TypeError: If it is not an integer.
      ValueError: If it is not positive or does not divide the number of channels.
    """
    count = check_count("num_groups", num_groups)
    if channels % count:
        raise ValueError(
            f"{_no_split(channels)} num_groups={count}; {_divisors(channels)} group{'s' * (channels > 1)} would work"
        )
    return count


def check_groups(num_groups: int | None, group_size: int | None, channels: int) -> int:
    """Returns the number of groups, given that or the number of channels per group.

    Raises:
      TypeError: If what is given is not an integer.
      ValueError: If not exactly one is given, or the channels do not split like that.
    """
    if (num_groups is None) == (group_size is None):
        raise ValueError(
            f"give either num_groups or group_size, got num_groups={num_groups!r} and group_size={group_size!r}; "
            "num_groups=None, group_size=16 makes groups of 16 channels"
        )
    if group_size is None:
        return check_num_groups(num_groups, channels)
    size = check_count("group_size", group_size)
    if channels % size:
        raise ValueError(
            f"{_no_split(channels)} groups of group_size={size}; group_size={math.gcd(channels, size)} would work"
        )
    return channels // size


def check_features(num_features: int | None, shape: Sequence[int]) -> None:
    """Checks x's features against the number that a layer was made for, if it was made for one.

    Raises:
      ValueError: If they differ.
    """
    found = math.prod(shape)
    if num_features is not None and found != num_features:
        raise ValueError(
            f"the layer was made with num_features={num_features}, but x has {found}; make it with "
            f"num_features={found}, or check that the features are on the right axis"
        )


def check_eps(name: str, eps: object) -> float:
    """Returns epsilon as a ``float``.

    Raises:
      TypeError: If it is not a real number.
      ValueError: If it is negative, infinite or NaN.
    """
    if isinstance(eps, bool) or not isinstance(eps, numbers.Real):
        raise TypeError(
            f"{name} must be a real number, got {name}={eps!r} of type {type(eps).__name__}; 1e-5 is common"
        )
    value = float(eps)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be finite and not negative, got {name}={value}; 1e-5 is common")
    return value


def check_dtype(dtype: jax.typing.DTypeLike | None, otherwise: jnp.dtype) -> jnp.dtype:
    """Returns the dtype of the result.

    Raises:
      TypeError: If it is not floating point.
    """
    found = jnp.dtype(otherwise if dtype is None else dtype)
    if not jnp.issubdtype(found, jnp.floating):
        raise TypeError(f"dtype must be floating point, got dtype={found}; jnp.float32 is the usual choice")
    return found


def check_axis_name(axis_name: object, axis_index_groups: object) -> None:
    """Checks the names of mapped axes.

    Raises:
      TypeError: If it is neither a name nor several names.
      ValueError: If there are groups of devices but no name.
    """
    if not (axis_name is None or isinstance(axis_name, str | tuple | list)):
        raise TypeError(
            f"axis_name must be a name or several, got axis_name={axis_name!r}; use a name of jax.shard_map's mesh"
        )
    if axis_name is None and axis_index_groups is not None:
        raise ValueError(
            f"axis_index_groups={axis_index_groups!r} groups the devices of a mapped axis, but axis_name is None; "
            "give axis_name, too"
        )


def check_axis_set(name: str, axes: int | Iterable[int], shape: Sequence[int], *, array: str = "x") -> tuple[int, ...]:
    """Returns one or several axes of an array as a tuple, counted from the front, ascending.

    Raises:
      TypeError: If one of them is not an integer.
      ValueError: If the array has no such axis, or an axis is named twice.
    """
    given = tuple(axes) if isinstance(axes, Iterable) else (axes,)
    for axis in given:
        if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
            raise TypeError(f"{name} must be an integer or several, got {name}={axes!r}; -1 is the last axis")
        if not -len(shape) <= axis < len(shape):
            also = ", and x[None] adds a batch axis" if array == "x" else ""
            raise ValueError(
                f"{name}={axes!r} names axis {axis}, but {array} has shape {tuple(shape)}; -1 is the last axis{also}"
            )
    counted = sorted(int(axis) % len(shape) for axis in given)
    twice = [axis for axis in counted if counted.count(axis) > 1]
    if twice:
        raise ValueError(
            f"{name}={axes!r} names axis {twice[0]} of {array}, which has shape {tuple(shape)}, more than once; "
            "name it once"
        )
    return tuple(counted)


def check_channel_axis(shape: Sequence[int], channel_axis: int) -> int:
    """Returns the channel axis, counted from the front.

    Raises:
      TypeError: If it is not an integer.
      ValueError: If x has no such axis, or no channels along it.
    """
    if isinstance(channel_axis, Iterable):
        raise TypeError(f"channel_axis must be one integer, got channel_axis={channel_axis!r}; -1 is the last axis")
    (axis,) = check_axis_set("channel_axis", channel_axis, shape)
    if shape[axis] == 0:
        where = "the last axis" if axis == len(shape) - 1 else f"axis {axis}"
        raise ValueError(f"x must have at least one channel, got shape {tuple(shape)}; channels are {where}")
    return axis


def check_batch_axes(shape: Sequence[int], batch_axes: int | Iterable[int], channel_axis: int) -> tuple[int, ...]:
    """Returns the axes that count samples, counted from the front.

    Raises:
      TypeError: If one is not an integer.
      ValueError: If x has no such axis, or the channel axis is one of them.
    """
    if isinstance(batch_axes, int | np.integer) and not isinstance(batch_axes, bool) and batch_axes >= 0:
        if batch_axes > len(shape):
            raise ValueError(f"batch_axes={batch_axes}, but x has {len(shape)} axes, shape {tuple(shape)}; 1 is common")
        batch_axes = tuple(range(int(batch_axes)))
    if not isinstance(batch_axes, Iterable):
        raise TypeError(
            "batch_axes must be the number of leading batch axes, or a tuple of batch axes, got "
            f"batch_axes={batch_axes!r}; 1 is common"
        )
    samples = check_axis_set("batch_axes", batch_axes, shape)
    if channel_axis in samples:
        raise ValueError(
            f"the channels are axis {channel_axis} of x, which has shape {tuple(shape)}, but that axis counts samples; "
            "for a single sample without a batch axis pass batch_axes=0 (to a module, pass x[None])"
        )
    return samples


def check_parameter(
    name: str, value: jax.typing.ArrayLike | None, shape: Sequence[int], batch: Sequence[int]
) -> jax.Array | None:
    """Returns a scale or an offset as an array, or None.

    Raises:
      TypeError: If it is not floating point.
      ValueError: If its shape is neither that of one value per feature nor that of one per sample and feature.
    """
    if value is None:
        return None
    parameter, shape = check_array(name, value), tuple(shape)
    if not jnp.issubdtype(parameter.dtype, jnp.floating):
        raise TypeError(
            f"{name} must be floating point, got {parameter.dtype}; convert it with {name}.astype(jnp.float32)"
        )
    if parameter.shape not in {shape, (*batch, *shape)}:
        feature = "channel" if len(shape) == 1 else "feature"
        also = f", or {(*batch, *shape)}, one per sample and {feature}" if batch else ""
        way_out = f"; {name}.reshape({shape}) if it holds the same values" if parameter.size == math.prod(shape) else ""
        raise ValueError(
            f"{name} must have shape {shape}, one value per {feature}{also}; got shape {parameter.shape}{way_out}"
        )
    return parameter


def check_residual(value: jax.typing.ArrayLike | None, shape: tuple[int, ...]) -> jax.Array | None:
    """Returns what is added after the norm as an array, or None.

    Raises:
      TypeError: If it is complex.
      ValueError: If it does not have x's shape.
    """
    if value is None:
        return None
    residual = check_array("residual", value)
    if jnp.iscomplexobj(residual):
        raise TypeError(f"residual must be real, got {residual.dtype}; pass residual.real")
    if residual.shape != shape:
        raise ValueError(
            f"residual must have x's shape {shape}, got shape {residual.shape}; use jnp.broadcast_to(residual, "
            "x.shape) to add one residual to many samples"
        )
    return residual


def check_activation(activation: object, known: Mapping[str, Callable]) -> Callable | None:
    """Returns the function of that name, the function itself, or None.

    Raises:
      ValueError: If no function has that name.
      TypeError: If it is neither a name nor a function.
    """
    if activation is None or callable(activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f"activation must be a name or a function, got activation={activation!r}; 'relu' or jax.nn.relu would work"
        )
    if activation not in known:
        raise ValueError(
            f"activation={activation!r} is not a known name; use {', '.join(map(repr, sorted(known)))} or an "
            "elementwise function"
        )
    return known[activation]


def check_where(value: jax.typing.ArrayLike | None, shape: tuple[int, ...]) -> jax.Array | None:
    """Returns a mask as an array, or None.

    Raises:
      TypeError: If it is complex.
      ValueError: If it does not broadcast to the shape.
    """
    if value is None:
        return None
    where = check_array("where", value)
    if jnp.iscomplexobj(where):
        raise TypeError(f"the mask must be booleans or non-negative weights, got {where.dtype}; pass its real part")
    try:
        fits = jnp.broadcast_shapes(where.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"the mask must broadcast to x's shape {shape}, got shape {where.shape}; give axes along which it is "
            "constant length 1, as mask[..., None] does for channels"
        )
    return where


def _no_split(channels: int) -> str:
    return "1 channel does not split into" if channels == 1 else f"{channels} channels do not split into"


def _divisors(n: int) -> str:
    """Lists the divisors of ``n`` in words: "1, 2, 3 or 6"."""
    numbers_ = [str(d) for d in range(1, n + 1) if n % d == 0]
    return " or ".join([", ".join(numbers_[:-1]), numbers_[-1]]) if len(numbers_) > 1 else numbers_[0]
