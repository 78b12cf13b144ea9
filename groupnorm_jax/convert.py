"""Parameters of other libraries' norms as ours, and back: arrays are renamed, and epsilon travels with them.

| library | scale | offset | epsilon | groups |
|---|---|---|---|---|
| ``"torch"`` | ``weight`` | ``bias`` | ``eps``, 1e-5; in ``RMSNorm`` the dtype's own | ``num_groups`` |
| ``"keras"`` | ``gamma``, or ``scale`` | ``beta`` | ``epsilon``, 1e-3; in ``RMSNormalization`` 1e-6 | ``groups`` |
| ``"haiku"`` | ``scale`` | ``offset`` | ``eps``, 1e-5 | ``groups`` |
| ``"equinox"`` | ``weight`` | ``bias`` | ``eps``, 1e-5 | ``groups`` |
| ``"flax"``, and ours | ``scale`` | ``bias`` | ``epsilon``, 1e-6 | ``num_groups`` |

A group is adjacent channels in all of them. Nothing of these libraries is imported: mappings hold arrays by the names
above, and layers have them as attributes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import ml_dtypes
import numpy as np

from groupnorm_jax._checks import check_eps, check_num_groups

__all__ = ["from_flax", "to_flax"]


class _Names(NamedTuple):
    """What a library calls things; switches are its constructors' arguments that say whether there are parameters."""

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
    "torch": _Names(("weight",), "bias", "eps", "num_groups", "1e-5", ("affine",), ()),
    "keras": _Names(_GAMMA, "beta", "epsilon", "groups", "1e-3, of RMSNormalization 1e-6,", _KERAS, _KERAS),
    "haiku": _Names(("scale",), "offset", "eps", "groups", "1e-5", _HAIKU, _HAIKU),
    "equinox": _Names(("weight",), "bias", "eps", "groups", "1e-5", ("channelwise_affine",), _EQUINOX),
    "flax": _Names(("scale",), "bias", "epsilon", "num_groups", "1e-6", _FLAX, _FLAX),
}


class _Read(NamedTuple):
    """A layer as any of the libraries may hold it: arrays by our names."""

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
    """Another library's parameters as ours, and the arguments that make our layer compute the same.

    Axes are the layer's affair, not the parameters': where the other library has channels first, give ours
    ``channel_axis=1``, or move them last.

    Args:
      library: ``"torch"``, ``"keras"``, ``"haiku"``, ``"equinox"`` or ``"flax"``.
      source: a built layer; or a mapping of its own parameters by name, as of one module of a ``state_dict``. Haiku's
        and Linen's modules hold no parameters: give the mapping.
      num_groups: number of groups, unless the layer says it. None without it: a layer, instance or root mean square
        norm.
      epsilon: what is added to the variance. A layer says it; no mapping does, and no default is taken silently, for
        they differ.
      zero_centred: whether the source keeps ``scale - 1``, as some language models do. The sum is at least float32.

    Returns:
      Parameters, ``scale`` and ``bias`` as far as there are any, NumPy arrays of shape ``(C,)`` and the source's dtype;
      and keyword arguments: ``epsilon``, ``use_scale``, ``use_bias`` (not for a root mean square layer without an
      offset) and, if known, ``num_groups``.

    Raises:
      TypeError: if the source is neither a mapping nor such a layer, or a number is none.
      ValueError: if the library or a parameter's name is unknown, an array does not squeeze to ``(C,)``, epsilon is
        missing or is not the layer's, or the layer normalises by running statistics.

    Example:
      What a ``state_dict`` holds, of a norm made with ``eps=1e-3``:

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
    """Our parameters, or Flax's, as another library's: the way back, which takes what ``to_flax`` gave.

    Args:
      library: ``"torch"``, ``"keras"``, ``"haiku"``, ``"equinox"`` or ``"flax"``.
      source: a mapping with ``scale`` and ``bias``, as far as there are any, or an NNX layer.
      num_groups: number of groups, unless the layer says it; None without it is a norm without groups.
      epsilon: what is added to the variance, unless the layer says it.
      use_scale: whether there is a scale; None is as the source has it.
      use_bias: whether there is an offset, likewise.
      zero_centred: whether the other library keeps ``scale - 1``. The difference is at least float32.

    Returns:
      Arrays of shape ``(C,)`` by the library's names, Keras's scale as ``gamma``; and keyword arguments that its group
      norm takes, or those that its norms without groups have in common. PyTorch's and Equinox's group norms have scale
      and offset or neither: if the source has one of them, the other is given too, as ones or zeros.

    Raises:
      TypeError: as for ``to_flax``.
      ValueError: as for ``to_flax``, or if ``use_scale`` or ``use_bias`` is not what the source has.
    """
    _names(library)
    read = _read("flax", source, num_groups, epsilon)
    for name, parameter, use in (("use_scale", "scale", use_scale), ("use_bias", "bias", use_bias)):
        if use is not None and use != (parameter in read.arrays):
            way = f"leave {name} out, or see that {parameter!r} is {'there' if use else 'not there'}"
            raise ValueError(f"{name} must say what the source has, got {name}={use} with {list(read.arrays)}; {way}")
    return _written(library, read, shift=-1 if zero_centred else 0)


def _names(library: object) -> _Names:
    if not isinstance(library, str) or library not in _LIBRARIES:
        raise ValueError(f"library={library!r} is not known; {', '.join(map(repr, _LIBRARIES))} are")
    return _LIBRARIES[library]


def _read(library: str, source: object, num_groups: int | None, epsilon: float | None) -> _Read:
    """Reads a mapping or a layer, and checks what stands in it against what was given."""
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
        way = f"{library}'s default is {names.default} if the layer was made with it"
        raise ValueError(f"epsilon must be given with arrays, for they do not say it, got epsilon=None; {way}")
    arrays = {name: _channels(name, array) for name, array in found.items() if array is not None}
    if len({array.shape for array in arrays.values()}) > 1:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"scale and bias must have a value a channel each, got {shapes}; take both from one layer")
    count = None if num_groups is None else check_num_groups(num_groups)
    return _Read(arrays, check_eps(epsilon), count, "RMS" in type(source).__name__)


def _of_mapping(library: str, names: _Names, source: Mapping) -> dict[str, object]:
    known = {**dict.fromkeys(names.scale, "scale"), names.bias: "bias"}
    if not set(source) <= set(known):
        way = "give the mapping of one layer alone, under these names"
        raise ValueError(f"parameters of {library}'s norms are {' and '.join(known)}, got {list(source)}; {way}")
    return {known[name]: array for name, array in source.items()}


def _of_layer(library: str, names: _Names, source: object) -> dict[str, object]:
    kind = type(source).__name__
    if "Batch" in kind or getattr(source, "running_mean", None) is not None or getattr(source, "rms_scaling", False):
        raise ValueError(
            f"no layer of ours computes what this {kind} does: it keeps statistics of batches, or has rms_scaling=True "
            "and divides by no root mean square; train a group or layer norm in its place"
        )
    # Keras's group norm has a switch named scale besides its gamma.
    held = [getattr(source, n) for n in names.scale if not isinstance(getattr(source, n, False), bool)]
    if not held or not hasattr(source, names.epsilon):
        raise TypeError(
            f"a layer of {library} must have {' or '.join(names.scale)}, {names.bias} and {names.epsilon}, got a "
            f"{kind} that has not; build it first, or give its parameters by name in a dict"
        )
    return {"scale": held[0], "bias": getattr(source, names.bias, None)}


def _agreed(name: str, given: Any, read: Any) -> Any:  # noqa: ANN401 - a count or a real number
    if given is not None and read is not None and given != read:
        raise ValueError(f"{name} must be the layer's, got {name}={given!r} for a layer with {read!r}; leave it out")
    return read if given is None else given


def _channels(name: str, value: object) -> np.ndarray:
    """The array with the channels' axis alone."""
    array = _array(value)
    if array.ndim == 0 or array.size != max(array.shape):
        raise ValueError(
            f"{name} must squeeze to shape (C,), got shape {array.shape}; a norm with several axes of features has "
            "nothing to rename: hand its arrays to groupnorm_jax.layer_norm with feature_axes"
        )
    return array.reshape(-1).copy()


def _array(value: Any) -> np.ndarray:  # noqa: ANN401 - any library's array
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":  # NumPy's protocol has no name for it
            return value.float().numpy().astype(ml_dtypes.bfloat16)
    return np.asarray(value)


def _written(library: str, read: _Read, shift: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The arrays by the library's names, the scale shifted, and what its constructor is to be told."""
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
