"""Converts parameters of other libraries' norms to ours and back: arrays are renamed, and epsilon comes along.

| library | scale | offset | epsilon | groups |
|---|---|---|---|---|
| ``"torch"`` | ``weight`` | ``bias`` | ``eps``, 1e-5; in ``RMSNorm`` the dtype's own | ``num_groups`` |
| ``"keras"`` | ``gamma``, or ``scale`` | ``beta`` | ``epsilon``, 1e-3; in ``RMSNormalization`` 1e-6 | ``groups`` |
| ``"haiku"`` | ``scale`` | ``offset`` | ``eps``, 1e-5 | ``groups`` |
| ``"equinox"`` | ``weight`` | ``bias`` | ``eps``, 1e-5 | ``groups`` |
| ``"flax"``, and ours | ``scale`` | ``bias`` | ``epsilon``, 1e-6 | ``num_groups`` |

In all of them a group is adjacent channels. None of these libraries is imported: mappings hold arrays by the names
above, and layers have them as attributes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np

from groupnorm_jax._checks import check_count, check_eps

__all__ = ["from_flax", "to_flax"]


class _Names(NamedTuple):
    """A library's names. Switches are the constructor arguments that say whether there are parameters."""

    scale: tuple[str, ...]
    bias: str
    epsilon: str
    groups: str
    default: str
    switches_of_groups: tuple[str, ...]
    switches_of_others: tuple[str, ...]


_GAMMA, _EQUINOX = ("gamma", "scale"), ("use_weight", "use_bias")
_FLAX, _KERAS, _HAIKU = ("use_scale", "use_bias"), ("scale", "center"), ("create_scale", "create_offset")
_LIBRARIES = {
    "torch": _Names(("weight",), "bias", "eps", "num_groups", "1e-5, that of RMSNorm the dtype's own", ("affine",), ()),
    "keras": _Names(_GAMMA, "beta", "epsilon", "groups", "1e-3, that of RMSNormalization 1e-6", _KERAS, _KERAS),
    "haiku": _Names(("scale",), "offset", "eps", "groups", "1e-5", _HAIKU, _HAIKU),
    "equinox": _Names(("weight",), "bias", "eps", "groups", "1e-5", ("channelwise_affine",), _EQUINOX),
    "flax": _Names(("scale",), "bias", "epsilon", "num_groups", "1e-6", _FLAX, _FLAX),
}


class _Read(NamedTuple):
    """A layer of any of the libraries: its arrays by our names."""

    arrays: dict[str, np.ndarray]
    epsilon: float
    num_groups: int | None
    root_mean_square: bool


def to_flax(
    library: str,
    source: object,
    *,
    num_groups: int | None = None,
    epsilon: float | None = None,
    zero_centred: bool = False,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Converts another library's parameters to ours, with the arguments that make our layer compute the same.

    The conversion does not depend on axes: if the other library has channels first, give our layer ``channel_axis=1``,
    or move the channels last.

    Args:
      library: ``"torch"``, ``"keras"``, ``"haiku"``, ``"equinox"`` or ``"flax"``.
      source: A built layer, or a mapping of its parameters by name, such as one module's part of a ``state_dict``.
        Haiku's and Linen's modules hold no parameters: give the mapping.
      num_groups: Number of groups. None, the default, takes it from the layer; a source without groups is a layer,
        instance or root mean square norm.
      epsilon: What is added to the variance. None, the default, takes it from the layer. A mapping does not contain it,
        and the libraries' defaults differ, so it must be given with a mapping.
      zero_centred: Whether the source stores ``scale - 1``, as some language models do. The sum is at least float32.
        False by default.

    Returns:
      A pair: the parameters ``scale`` and ``bias``, as far as the source has them, as NumPy arrays of shape ``(C,)``
      and of the source's dtype; and keyword arguments for our layer: ``epsilon``, ``use_scale``, ``use_bias`` (not for
      a root mean square norm without an offset) and ``num_groups`` if there are groups.

    Raises:
      TypeError: If the source is neither a mapping nor such a layer, or ``num_groups`` or ``epsilon`` is not a number.
      ValueError: If the library or a parameter's name is unknown, an array does not squeeze to ``(C,)``, epsilon is
        missing or differs from the layer's, or the layer normalises by running statistics.

    Example:
      From the ``state_dict`` of a norm with ``eps=1e-3``, and back:

      >>> import jax.numpy as jnp, numpy as np
      >>> from groupnorm_jax import GroupNorm, convert
      >>> state = {"weight": np.full(6, 2.0, np.float32), "bias": np.ones(6, np.float32)}
      >>> params, kwargs = convert.to_flax("torch", state, num_groups=3, epsilon=1e-3)
      >>> kwargs
      {'num_groups': 3, 'epsilon': 0.001, 'use_scale': True, 'use_bias': True}
      >>> x = jnp.zeros((1, 6, 4, 4))
      >>> y = GroupNorm(**kwargs, channel_axis=1).apply({"params": params}, x)
      >>> bool((y == 1).all())
      True
      >>> arrays, kwargs = convert.from_flax("torch", params, **kwargs)
      >>> sorted(arrays), kwargs
      (['bias', 'weight'], {'num_groups': 3, 'eps': 0.001, 'affine': True})
    """
    return _written("flax", _read(library, source, num_groups, epsilon), shift=1 if zero_centred else 0)


def from_flax(
    library: str,
    source: object,
    *,
    num_groups: int | None = None,
    epsilon: float | None = None,
    use_scale: bool | None = None,
    use_bias: bool | None = None,
    zero_centred: bool = False,
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Converts our parameters, or Flax's, to another library's. It accepts what ``to_flax`` returns.

    Args:
      library: ``"torch"``, ``"keras"``, ``"haiku"``, ``"equinox"`` or ``"flax"``.
      source: A mapping with ``scale`` and ``bias``, as far as there are any, or an NNX layer.
      num_groups: Number of groups. None, the default, takes it from the layer; without it the norm has no groups.
      epsilon: What is added to the variance. None, the default, takes it from the layer; a mapping does not contain it.
      use_scale: Whether there is a scale. None, the default, means as the source has it.
      use_bias: Whether there is an offset, likewise.
      zero_centred: Whether the other library stores ``scale - 1``. The difference is at least float32. False by
        default.

    Returns:
      A pair: arrays of shape ``(C,)`` by the library's names, Keras's scale as ``gamma``; and keyword arguments for its
      group norm, or those that its norms without groups have in common. PyTorch's and Equinox's group norms have both
      scale and offset or neither: if the source has only one, the other is added as ones or zeros.

    Raises:
      TypeError: If the source is neither a mapping nor such a layer, or ``num_groups`` or ``epsilon`` is not a number.
      ValueError: If the library or a parameter's name is unknown, an array does not squeeze to ``(C,)``, epsilon is
        missing or differs from the layer's, or ``use_scale`` or ``use_bias`` contradicts the source.

    Example:
      To Keras, and back:

      >>> import numpy as np
      >>> from groupnorm_jax import convert
      >>> params = {"scale": np.ones(6, np.float32), "bias": np.zeros(6, np.float32)}
      >>> arrays, kwargs = convert.from_flax("keras", params, num_groups=3, epsilon=1e-3)
      >>> sorted(arrays), kwargs
      (['beta', 'gamma'], {'groups': 3, 'epsilon': 0.001, 'scale': True, 'center': True})
      >>> back, _ = convert.to_flax("keras", arrays, num_groups=3, epsilon=1e-3)
      >>> all((back[name] == params[name]).all() for name in params)
      True
    """
    _names(library)
    read = _read("flax", source, num_groups, epsilon)
    for name, parameter, use in (("use_scale", "scale", use_scale), ("use_bias", "bias", use_bias)):
        if use is not None and use != (parameter in read.arrays):
            way = f"leave {name} out, or {'add' if use else 'remove'} {parameter!r}"
            raise ValueError(f"{name} must agree with the source, got {name}={use} with {list(read.arrays)}; {way}")
    return _written(library, read, shift=-1 if zero_centred else 0)


def _names(library: object) -> _Names:
    if not isinstance(library, str) or library not in _LIBRARIES:
        raise ValueError(f"library={library!r} is unknown; use one of {', '.join(map(repr, _LIBRARIES))}")
    return _LIBRARIES[library]


def _read(library: str, source: object, num_groups: int | None, epsilon: float | None) -> _Read:
    """Reads a mapping or a layer, and checks what it says against what was given."""
    names = _names(library)
    if isinstance(source, Mapping):
        found = _of_mapping(library, names, source)
    else:
        found = _of_layer(library, names, source)
        groups, size = getattr(source, names.groups, None), getattr(source, "group_size", None)
        if groups is None and size:
            groups = getattr(source, "num_features", 0) // size
        num_groups = _agreed("num_groups", num_groups, groups)
        theirs = getattr(source, names.epsilon)
        if theirs is None and library == "torch":  # its RMSNorm's default
            dtype = np.float32 if found["scale"] is None else _array(found["scale"]).dtype
            theirs = float(np.finfo(np.promote_types(dtype, np.float32)).eps)
        epsilon = _agreed("epsilon", epsilon, theirs)
    if epsilon is None:
        way = f"pass the layer's; {library}'s default is {names.default}"
        raise ValueError(f"epsilon must be given with a mapping, which does not contain it, got epsilon=None; {way}")
    arrays = {name: _channels(name, array) for name, array in found.items() if array is not None}
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"scale and bias must have one value per channel, got {shapes}; take both from one layer")
    count = None if num_groups is None else check_count("num_groups", num_groups)
    return _Read(arrays, check_eps("epsilon", epsilon), count, "RMS" in type(source).__name__)


def _of_mapping(library: str, names: _Names, source: Mapping) -> dict[str, object]:
    known = {**dict.fromkeys(names.scale, "scale"), names.bias: "bias"}
    if not set(source) <= set(known):
        way = "give the mapping of a single layer, under these names"
        raise ValueError(f"parameters of {library}'s norms are {' and '.join(known)}, got {list(source)}; {way}")
    return {known[name]: array for name, array in source.items()}


def _of_layer(library: str, names: _Names, source: object) -> dict[str, object]:
    kind = type(source).__name__
    if "Batch" in kind or getattr(source, "running_mean", None) is not None:
        raise ValueError(
            f"none of our layers keeps running statistics of batches, as this {kind} does; train a group or layer norm "
            "in its place"
        )
    if getattr(source, "rms_scaling", False):
        raise ValueError(
            f"this {kind} has rms_scaling=True, but it does not divide by the root mean square, and none of our layers "
            "computes what it does; train an RMSNormalization in its place"
        )
    # Keras's group norm has a switch named scale besides its gamma.
    held = [getattr(source, n) for n in names.scale if not isinstance(getattr(source, n, False), bool)]
    if not held or not hasattr(source, names.epsilon):
        raise TypeError(
            f"a layer of {library} must have {' or '.join(names.scale)}, {names.bias} and {names.epsilon}, but this "
            f"{kind} does not; build it first, or give its parameters by name in a dict"
        )
    return {"scale": held[0], "bias": getattr(source, names.bias, None)}


def _agreed(name: str, given: Any, read: Any) -> Any:
    if given is not None and read is not None and given != read:
        raise ValueError(f"{name} must agree with the layer, got {name}={given!r}, it has {read!r}; leave {name} out")
    return read if given is None else given


def _channels(name: str, value: object) -> np.ndarray:
    """Returns the array with the channel axis alone."""
    array = _array(value)
    if array.ndim == 0 or array.size != max(array.shape):
        raise ValueError(
            f"{name} must squeeze to shape (C,), got shape {array.shape}; for a norm with several feature axes pass "
            "its arrays to groupnorm_jax.layer_norm with feature_axes"
        )
    return array.reshape(-1).copy()


def _array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":  # NumPy has no such dtype
            return value.float().numpy().astype(ml_dtypes.bfloat16)
    return np.asarray(value)


def _written(library: str, read: _Read, shift: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Returns the arrays by the library's names, the scale shifted, and its constructor's arguments."""
    names, arrays = _names(library), dict(read.arrays)
    switches = names.switches_of_others if read.num_groups is None else names.switches_of_groups
    if len(switches) == 1 and len(arrays) == 1:
        (one,) = arrays.values()
        arrays = {"scale": np.ones_like(one), "bias": np.zeros_like(one), **arrays}
    if shift and "scale" in arrays:
        wide = np.promote_types(arrays["scale"].dtype, np.float32)
        arrays["scale"] = arrays["scale"].astype(wide) + wide.type(shift)
    kwargs: dict[str, Any] = {} if read.num_groups is None else {names.groups: read.num_groups}
    kwargs[names.epsilon] = read.epsilon
    for switch, name in zip(switches, ("scale", "bias"), strict=False):
        if name == "scale" or name in arrays or not read.root_mean_square:
            kwargs[switch] = name in arrays
    theirs = {"scale": names.scale[0], "bias": names.bias}
    return {theirs[name]: array for name, array in arrays.items()}, kwargs
