"""Arguments are refused at the door: the rule, the values received, a way out."""

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np


def check_array(name: str, value: jax.typing.ArrayLike) -> jax.Array:
    """Returns the value as an array.

    Raises:
      TypeError: if it is not one of numbers.
    """
    try:
        return jnp.asarray(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {value!r:.80}; jnp.zeros((2, 8)) is one") from None


def check_broadcast(what: str, *shapes: Sequence[int]) -> tuple[int, ...]:
    """Returns the shape to which all broadcast.

    Raises:
      ValueError: if they do not.
    """
    try:
        return jnp.broadcast_shapes(*map(tuple, shapes))
    except ValueError:
        found = " and ".join(map(str, dict.fromkeys(map(tuple, shapes))))
        raise ValueError(
            f"{what} must broadcast against each other, got shapes {found}; give an axis that one lacks the length 1"
        ) from None


def check_num_groups(num_groups: object, name: str = "num_groups") -> int:
    """Returns the number of groups, or another count, as an ``int``.

    Raises:
      TypeError: if it is not an integer. Python's and NumPy's integers are; ``True`` and ``2.0`` are not.
      ValueError: if it is not positive.
    """
    if isinstance(num_groups, bool) or not isinstance(num_groups, numbers.Integral):
        raise TypeError(
            f"{name} must be an integer, got {name}={num_groups!r} of type "
            f"{type(num_groups).__name__}; write a count such as {name}=2"
        )
    count = int(num_groups)
    if count < 1:
        way_out = "num_groups=1 puts all channels in one group" if name == "num_groups" else "count what there is"
        raise ValueError(f"{name} must be at least 1, got {name}={count}; {way_out}")
    return count


def check_eps(eps: object, name: str = "eps") -> float:
    """Returns epsilon as a ``float``.

    Raises:
      TypeError: if it is not a real number.
      ValueError: if it is negative, infinite or NaN.
    """
    if isinstance(eps, bool) or not isinstance(eps, numbers.Real):
        raise TypeError(f"{name} must be a real number, got {name}={eps!r} of type {type(eps).__name__}; 1e-5 is usual")
    value = float(eps)
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{name} must be finite and not negative, got {name}={value}; 1e-5 is usual")
    return value


def check_floating(x: jax.Array) -> None:
    """Checks that ``x`` is a floating-point array with axes.

    Raises:
      TypeError: if ``x`` is not of a real floating-point dtype.
      ValueError: if ``x`` is 0-d.
    """
    if not jnp.issubdtype(x.dtype, jnp.floating):
        hint = "normalise x.real and x.imag apart" if jnp.iscomplexobj(x) else "convert it with x.astype(jnp.float32)"
        raise TypeError(f"x must be of a floating-point dtype, got {x.dtype}{list(x.shape)}; {hint}")
    if x.ndim == 0:
        raise ValueError("x must have a channel axis, shape (..., C), got a 0-d array; x[None] is one channel")


def check_input(x: jax.Array, num_groups: int, axis: int = -1) -> None:
    """Checks that ``x`` is floating point and has channels along the axis, which split into the groups.

    Raises:
      TypeError: if ``x`` is not of a real floating-point dtype.
      ValueError: if ``x`` is 0-d or has no channels, or if ``num_groups`` does not divide them.
    """
    check_floating(x)
    channels = x.shape[axis]
    if channels == 0:
        where = "the last axis" if axis in (-1, x.ndim - 1) else f"axis {axis}"
        raise ValueError(f"x must have at least one channel, got shape {x.shape}; channels are {where}")
    check_split(channels, num_groups)


def check_split(channels: int, num_groups: int) -> int:
    """Returns the number of groups.

    Raises:
      ValueError: if the channels do not split into so many.
    """
    if channels % num_groups:
        raise ValueError(
            f"{channels} channels do not split into num_groups={num_groups}; {_divisors(channels)} groups would"
        )
    return num_groups


def check_names(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Checks names of arguments.

    Raises:
      TypeError: if there is one that is not known.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise TypeError(f"no argument is called {', '.join(unknown)}; {what} takes by name {', '.join(known)}")


def check_dtype(dtype: jax.typing.DTypeLike | None, otherwise: jnp.dtype) -> jnp.dtype:
    """Returns the result's dtype.

    Raises:
      TypeError: if it is not of floating point.
    """
    found = jnp.dtype(otherwise if dtype is None else dtype)
    if not jnp.issubdtype(found, jnp.floating):
        raise TypeError(f"dtype must be floating point, got dtype={found}; a norm has fractions: jnp.float32")
    return found


def check_axis_name(axis_name: object, axis_index_groups: object) -> None:
    """Checks names of mapped axes.

    Raises:
      TypeError: if it is neither a name nor several.
      ValueError: if there are groups of devices, but no name.
    """
    if not (axis_name is None or isinstance(axis_name, str | tuple | list)):
        raise TypeError(f"axis_name must be a name or several, got axis_name={axis_name!r}; as in jax.shard_map's mesh")
    if axis_name is None and axis_index_groups is not None:
        raise ValueError(
            f"axis_index_groups={axis_index_groups!r} are groups of the devices of an axis; give axis_name"
        )


def check_axis_set(name: str, axes: int | Iterable[int], shape: Sequence[int]) -> tuple[int, ...]:
    """Returns axes, one or several, as a tuple counted from the front, ascending.

    Raises:
      TypeError: if one of them is no integer.
      ValueError: if the array has no such axis, or one is named twice.
    """
    given = tuple(axes) if isinstance(axes, Iterable) else (axes,)
    for axis in given:
        if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
            raise TypeError(f"{name} must be an integer or several, got {name}={axes!r}; -1 is the last axis")
        if not -len(shape) <= axis < len(shape):
            raise ValueError(
                f"{name}={axes!r} names axis {axis}, but x has shape {tuple(shape)}; -1 is the last axis, "
                "and x[None] adds an axis of samples"
            )
    counted = sorted(int(axis) % len(shape) for axis in given)
    twice = [axis for axis in counted if counted.count(axis) > 1]
    if twice:
        raise ValueError(
            f"{name}={axes!r} names axis {twice[0]} of x, which has shape {tuple(shape)}, more than once; name it once"
        )
    return tuple(counted)


def check_one_axis(name: str, axis: int, shape: Sequence[int]) -> int:
    """Returns the axis, counted from the front.

    Raises:
      TypeError: if it is no integer.
      ValueError: if the array has no such axis.
    """
    if isinstance(axis, Iterable):
        raise TypeError(f"{name} must be one integer, got {name}={axis!r}; -1 is the last axis")
    return check_axis_set(name, axis, shape)[0]


def check_channel_axis(x: jax.Array, channel_axis: int, batch_axes: int | Iterable[int]) -> tuple[int, tuple[int, ...]]:
    """Returns the channels' axis and those of the samples, counted from the front.

    Raises:
      TypeError: if one is no integer.
      ValueError: if x has no such axis, or the channels are one of the batch's.
    """
    if isinstance(batch_axes, int | np.integer) and not isinstance(batch_axes, bool) and batch_axes >= 0:
        if batch_axes > x.ndim:
            raise ValueError(f"batch_axes={batch_axes}, but x has {x.ndim} axes, shape {x.shape}; 1 is usual")
        batch_axes = tuple(range(int(batch_axes)))
    if not isinstance(batch_axes, Iterable):
        raise TypeError(
            f"batch_axes must be how many leading axes count samples, or which axes do, got batch_axes={batch_axes!r}; "
            "1 is usual"
        )
    axis = check_one_axis("channel_axis", channel_axis, x.shape)
    kept = check_axis_set("batch_axes", batch_axes, x.shape)
    if axis in kept:
        raise ValueError(
            f"the channels are axis {axis} of x, which has shape {x.shape}, but that axis counts samples; for a single "
            "sample without a batch axis give batch_axes=0 (x[None] to a module)"
        )
    return axis, kept


def check_parameter(name: str, parameter: jax.Array | None, shape: Sequence[int], batch: Sequence[int]) -> None:
    """Checks a scale or an offset.

    Raises:
      TypeError: if there is one and it is not floating point.
      ValueError: if it has neither the shape of one value a feature, nor that of one value a sample and feature.
    """
    if parameter is None:
        return
    if not jnp.issubdtype(jnp.result_type(parameter), jnp.floating):
        raise TypeError(f"{name} must be floating point, got {jnp.result_type(parameter)}; {name}.astype(jnp.float32)")
    found, shape = jnp.shape(parameter), tuple(shape)
    if found not in {shape, (*batch, *shape)}:
        fits = math.prod(found) == math.prod(shape)
        also = f" or {(*batch, *shape)}, one a sample and channel" if batch else ""
        raise ValueError(
            f"{name} must have shape {shape}, one value a channel,{also}; got shape {found}"
            + (f"; {name}.reshape({shape}) if it holds the same values" if fits else "")
        )


def check_residual(residual: jax.Array | None, x: jax.Array) -> None:
    """Checks what is added after the norm.

    Raises:
      TypeError: if it is complex.
      ValueError: if there is something and it is not of x's shape.
    """
    if residual is not None and jnp.iscomplexobj(residual):
        raise TypeError(f"residual must be real, got {jnp.result_type(residual)}; residual.real is")
    if residual is not None and jnp.shape(residual) != x.shape:
        raise ValueError(
            f"residual must have x's shape {x.shape}, got shape {jnp.shape(residual)}; jnp.broadcast_to(residual, "
            "x.shape) if it is to be added to many"
        )


def check_activation(activation: object, known: Mapping[str, Callable]) -> Callable | None:
    """Returns the function of that name, the function itself, or None.

    Raises:
      ValueError: if there is no function of that name.
      TypeError: if it is neither a name nor a function.
    """
    if activation is None or callable(activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f"activation must be a name or a function, got activation={activation!r}; 'relu' or jax.nn.relu"
        )
    if activation not in known:
        raise ValueError(
            f"activation={activation!r} is not known by name; {', '.join(map(repr, sorted(known)))} are, and any "
            "elementwise function may be given itself"
        )
    return known[activation]


def check_where(where: jax.Array, shape: tuple[int, ...]) -> None:
    """Checks a mask.

    Raises:
      TypeError: if it is complex.
      ValueError: if it does not broadcast to the shape.
    """
    if jnp.issubdtype(jnp.result_type(where), jnp.complexfloating):
        raise TypeError(f"the mask must be booleans or non-negative weights, got {jnp.result_type(where)}")
    try:
        fits = jnp.broadcast_shapes(jnp.shape(where), shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"the mask, where, must broadcast to x's shape {shape}, got shape {jnp.shape(where)}; give axes that it "
            "does not distinguish the length 1, as mask[..., None] does for channels"
        )


def _divisors(n: int) -> str:
    """Lists the divisors of ``n`` in words: "1, 2, 3 or 6"."""
    numbers_ = [str(d) for d in range(1, n + 1) if n % d == 0]
    return " or ".join([", ".join(numbers_[:-1]), numbers_[-1]]) if len(numbers_) > 1 else numbers_[0]
