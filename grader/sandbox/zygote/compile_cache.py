"""JAX's compile cache in memory: trusted programs fill it once, then all forks share it and none can change it.

A fork writes to its own copy of these pages, and its entries die with it. Where this version of JAX has another private
interface, there is no cache, everything still runs, and the report says so.
"""

import hashlib
import struct
from collections.abc import Iterable, Mapping

from grader.worker import jax_private

_LENGTHS = struct.Struct("<IQ")
_DIGEST = 32
# Single operations, by the names under which JAX compiles them. Nothing else is kept: a compiled solution, or its
# gradient, must not lie in a submission's process, whatever its name. A name that is missing here costs time
# and no more. "norm" is missing on purpose: an exercise's entry is called so.
# fmt: off
OPERATIONS = frozenset((
    "abs", "add", "and", "argmax", "argmin", "broadcast_in_dim", "ceil", "clip", "concatenate",
    "conv_general_dilated", "convert_element_type", "copy", "cos", "cumsum", "div", "dot", "dot_general",
    "dynamic_slice", "dynamic_update_slice", "eq", "equal", "exp", "exp2", "expand_dims", "expm1", "floor",
    "floor_divide", "gather", "ge", "greater", "greater_equal", "gt", "integer_pow", "iota", "is_finite",
    "isfinite", "isnan", "le", "less", "less_equal", "log", "log1p", "logical_and", "logical_not", "logical_or",
    "logistic", "lt", "matmul", "max", "maximum", "min", "minimum", "mul", "multiply", "ne", "neg", "negative",
    "not", "not_equal", "or", "pad", "pow", "power", "ravel", "reciprocal", "reduce_max", "reduce_min",
    "reduce_sum", "rem", "remainder", "reshape", "rev", "round", "rsqrt", "scatter", "scatter-add", "select_n",
    "sign", "sin", "slice", "sort", "split", "sqrt", "square", "squeeze", "stack", "sub", "subtract",
    "swapaxes", "tanh", "tile", "transpose", "true_divide", "unstack", "where", "_argmax", "_average",
    "_broadcast_arrays", "_broadcast_to", "_clip", "_cumsum", "_einsum", "_mean", "_moveaxis", "_normal",
    "_pad", "_power", "_reduce_max", "_reduce_min", "_reduce_sum", "_roll", "_split", "_squeeze", "_std",
    "_take", "_tensordot", "_threefry_fold_in", "_threefry_random_bits", "_threefry_seed", "_threefry_split",
    "_truncated_normal", "_uniform", "_var", "_where"
))
# fmt: on

_given: dict[str, bytes] = {}
_new: dict[str, bytes] = {}


def install() -> str:
    """Makes JAX use the cache; returns why it cannot, or nothing."""
    return jax_private.use_cache(lambda key: _given.get(key) or _new.get(key), _new.__setitem__)


def fresh(without: Iterable[str]) -> dict[str, bytes]:
    """What this process has compiled of ``OPERATIONS``, without the functions named.

    A key is ``jit_NAME-HASH``.
    """
    kept = OPERATIONS - set(without)
    return {key: value for key, value in _new.items() if key.rpartition("-")[0].removeprefix("jit_") in kept}


def give(entries: Mapping[str, bytes]) -> None:
    """Adds entries for all later forks."""
    _given.update(entries)


def forget() -> None:
    """Empties this process's cache, so that it compiles everything itself."""
    _given.clear()


def filled() -> bool:
    """Whether there are entries."""
    return bool(_given)


def packed(entries: Mapping[str, bytes]) -> bytes:
    """Entries as bytes, for a trusted fork to hand to the process that it was forked from."""
    body = b"".join(_LENGTHS.pack(len(k), len(v)) + k.encode() + v for k, v in entries.items())
    return hashlib.sha256(body).digest() + body


def unpacked(data: bytes) -> dict[str, bytes]:
    """Entries from bytes; none if the fork ended before it had written all of them."""
    entries: dict[str, bytes] = {}
    digest, body, at = data[:_DIGEST], data[_DIGEST:], 0
    if hashlib.sha256(body).digest() != digest:
        return entries
    while at < len(body):
        key, value = _LENGTHS.unpack_from(body, at)
        at += _LENGTHS.size
        entries[body[at : at + key].decode()] = body[at + key : at + key + value]
        at += key + value
    return entries
