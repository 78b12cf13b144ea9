"""Single operations in NumPy: each takes the parameters and the operands, and returns one array or a list of them.

Operands have the shapes that ``shapes`` has checked. Half-precision ones come as float32; whoever calls casts results.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from grader.program import indexing
from grader.worker.wire import DTYPES

Given = Mapping[str, Any]


def apply(primitive: str, given: Given, operands: list[np.ndarray]) -> list[np.ndarray]:
    """Computes one operation.

    Raises:
      KeyError: if it is not here.
      Exception: whatever NumPy raises on what it does not take.
    """
    elementwise = primitive in ELEMENTWISE
    found = ELEMENTWISE[primitive](*operands) if elementwise else OPERATIONS[primitive](given, *operands)
    return [np.asarray(f) for f in found] if isinstance(found, list) else [np.asarray(found)]


def _each(function: Callable[[Any], Any], kind: Any = None) -> Callable[[np.ndarray], np.ndarray]:
    """Element by element: for what NumPy does not have, and for decimals."""

    def mapped(x: np.ndarray) -> np.ndarray:
        wanted = kind if kind is not None else x.dtype
        return np.array([function(v) for v in x.ravel()], dtype=wanted).reshape(x.shape)

    return mapped


def _or_decimal(usual: Callable[..., Any], decimal: Callable[[Any], Any], kind: Any = None) -> Callable[..., Any]:
    """A function of NumPy's, and what takes its place for decimals."""
    of_decimals = _each(decimal, kind)
    return lambda x: of_decimals(x) if x.dtype == object else usual(x)


def _div(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if x.dtype.kind not in "iu":
        return x / y
    whole = x // np.where(y == 0, 1, y)  # rounds down; integers are cut off towards zero
    return np.where(y == 0, -1, whole + ((whole < 0) & (whole * y != x))).astype(x.dtype)


def _rem(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if x.dtype.kind not in "iu":
        return np.fmod(x, y)
    return np.where(y == 0, x, np.fmod(x, np.where(y == 0, 1, y))).astype(x.dtype)


def _power(x: np.ndarray, y: int) -> np.ndarray:
    """By squaring, as it is compiled."""
    result, square, left = None, x, abs(y)
    while left:
        if left & 1:
            result = square if result is None else result * square
        left >>= 1
        square = square * square if left else square
    if result is None:
        return np.ones_like(x)
    return 1 / result if y < 0 else result


def _round(given: Given, x: np.ndarray) -> np.ndarray:
    if given["rounding_method"] == "TO_NEAREST_EVEN":
        return np.rint(x)
    return np.trunc(x + np.copysign(np.nextafter(x.dtype.type(0.5), x.dtype.type(0)), x))


def _select(which: np.ndarray, *cases: np.ndarray) -> np.ndarray:
    if which.dtype == bool:
        return np.where(which, cases[-1], cases[0])
    result = cases[0]
    for i, case in enumerate(cases[1:], 1):
        result = np.where(which >= i, case, result)
    return result


def _clamp(low: np.ndarray, x: np.ndarray, high: np.ndarray) -> np.ndarray:
    return np.minimum(np.maximum(x, low), high)


def _shift(shift: Callable[..., Any]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """A shift by as many bits as there are, or more, leaves nothing (or the sign)."""

    def shifted(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        bits = x.dtype.itemsize * 8
        fits = (y >= 0) & (y < bits)
        rest = shift(x, np.asarray(bits - 1, x.dtype)) if shift is np.right_shift and x.dtype.kind == "i" else 0
        return np.where(fits, shift(x, np.where(fits, y, 0).astype(x.dtype)), rest).astype(x.dtype)

    return shifted


def _logical_right(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    unsigned = np.dtype(f"u{x.dtype.itemsize}")
    return _shift(np.right_shift)(x.astype(unsigned), y.astype(unsigned)).astype(x.dtype)


def _sign(x: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(x), x, np.sign(x)) if x.dtype.kind == "f" else np.sign(x)


def _count_bits(x: np.ndarray) -> np.ndarray:
    return np.bitwise_count(x.view(np.dtype(f"u{x.dtype.itemsize}"))).astype(x.dtype)


_finite = _or_decimal(np.isfinite, Decimal.is_finite, bool)
ELEMENTWISE: dict[str, Callable[..., Any]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "acosh": np.arccosh,
    "add": np.add,
    "and": np.bitwise_and,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "atanh": np.arctanh,
    "cbrt": np.cbrt,
    "ceil": np.ceil,
    "clamp": _clamp,
    "copy": lambda x: x,
    "cos": np.cos,
    "cosh": np.cosh,
    "div": _div,
    "eq": np.equal,
    "erf": _each(math.erf),
    "erfc": _each(math.erfc),
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "floor": np.floor,
    "ge": np.greater_equal,
    "gt": np.greater,
    "imag": np.imag,
    "is_finite": _finite,
    "le": np.less_equal,
    "log": _or_decimal(np.log, Decimal.ln),
    "log1p": _or_decimal(np.log1p, lambda v: (1 + v).ln()),
    "logistic": lambda x: 1 / (1 + np.exp(-x)),
    "lt": np.less,
    "max": np.maximum,
    "min": np.minimum,
    "mul": np.multiply,
    "ne": np.not_equal,
    "neg": np.negative,
    "not": np.invert,
    "optimization_barrier": lambda *given: list(given),
    "or": np.bitwise_or,
    "population_count": _count_bits,
    "pow": np.power,
    "real": np.real,
    "rem": _rem,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "select_n": _select,
    "shift_left": _shift(np.left_shift),
    "shift_right_arithmetic": _shift(np.right_shift),
    "shift_right_logical": _logical_right,
    "sign": _sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "square": lambda x: x * x,
    "sub": np.subtract,
    "tan": np.tan,
    "tanh": np.tanh,
    "xor": np.bitwise_xor,
}


def _broadcast_in_dim(given: Given, x: np.ndarray) -> np.ndarray:
    shape = [1] * len(given["shape"])
    for size, axis in zip(x.shape, given["broadcast_dimensions"], strict=True):
        shape[axis] = size
    return np.broadcast_to(x.reshape(shape), given["shape"])


def _pad(given: Given, x: np.ndarray, value: np.ndarray) -> np.ndarray:
    return padded(x, [row[:2] for row in given["padding_config"]], [row[2] for row in given["padding_config"]], value)


def padded(x: np.ndarray, padding: Any, interior: Any, value: Any) -> np.ndarray:
    """Pads each axis by (before, after), where a negative number cuts, after so many values between neighbours."""
    wide = np.full([(n - 1) * (i + 1) + 1 if n else 0 for n, i in zip(x.shape, interior, strict=True)], value, x.dtype)
    wide[tuple(slice(None, None, i + 1) for i in interior)] = x
    cut = wide[tuple(slice(max(-a, 0), n + min(b, 0)) for n, (a, b) in zip(wide.shape, padding, strict=True))]
    return np.pad(cut, [(max(a, 0), max(b, 0)) for a, b in padding], constant_values=value)


def _iota(given: Given) -> np.ndarray:
    shape, axis = given["shape"], given["dimension"]
    along = np.arange(shape[axis]).astype(DTYPES[given["dtype"]])
    return np.broadcast_to(along.reshape([-1 if i == axis else 1 for i in range(len(shape))]), shape)


def _slice(given: Given, x: np.ndarray) -> np.ndarray:
    strides = given["strides"] or [1] * x.ndim
    return x[tuple(map(slice, given["start_indices"], given["limit_indices"], strides))]


def _split(given: Given, x: np.ndarray) -> list[np.ndarray]:
    return np.split(x, np.cumsum(given["sizes"])[:-1], given["axis"])


def _unstack(given: Given, x: np.ndarray) -> list[np.ndarray]:
    return list(np.moveaxis(x, given["axis"], 0))


def _starts(starts: Any, sizes: Any, shape: Any) -> tuple[slice, ...]:
    """Where a dynamic slice lies; it is moved to fit."""
    moved = [min(max(int(at), 0), n - size) for at, size, n in zip(starts, sizes, shape, strict=True)]
    return tuple(slice(at, at + size) for at, size in zip(moved, sizes, strict=True))


def _dynamic_slice(given: Given, x: np.ndarray, *starts: np.ndarray) -> np.ndarray:
    return x[_starts(starts, given["slice_sizes"], x.shape)]


def _dynamic_update_slice(given: Given, x: np.ndarray, update: np.ndarray, *starts: np.ndarray) -> np.ndarray:
    result = x.copy()
    result[_starts(starts, update.shape, x.shape)] = update
    return result


def _lowest(dtype: np.dtype) -> Any:
    """What a maximum begins with."""
    return -np.inf if dtype.kind in "fO" else False if dtype.kind == "b" else np.iinfo(dtype).min


def _highest(dtype: np.dtype) -> Any:
    return np.inf if dtype.kind in "fO" else True if dtype.kind == "b" else np.iinfo(dtype).max


def _reduced(function: np.ufunc, begin: Callable[[np.dtype], Any] | None = None) -> Callable[..., Any]:
    def reduced(given: Given, x: np.ndarray) -> np.ndarray:
        if begin is not None and not x.size:
            rest = [n for i, n in enumerate(x.shape) if i not in given["axes"]]
            return np.full(rest, begin(x.dtype), x.dtype)
        return np.asarray(function.reduce(x, axis=tuple(given["axes"])))

    return reduced


def _cumulated(function: np.ufunc) -> Callable[..., Any]:
    def cumulated(given: Given, x: np.ndarray) -> np.ndarray:
        turned = np.flip(x, given["axis"]) if given["reverse"] else x
        result = function.accumulate(turned, axis=given["axis"])
        return np.flip(result, given["axis"]) if given["reverse"] else result

    return cumulated


def _window(function: np.ufunc, begin: Callable[[np.dtype], Any]) -> Callable[..., Any]:
    def reduced(given: Given, x: np.ndarray) -> np.ndarray:
        sizes, apart = given["window_dimensions"], given["window_dilation"]
        wide = padded(x, given["padding"], [d - 1 for d in given["base_dilation"]], begin(x.dtype))
        spans = tuple((size - 1) * d + 1 for size, d in zip(sizes, apart, strict=True))
        if any(span > n for span, n in zip(spans, wide.shape, strict=True)):
            return np.zeros([max(n - s + 1, 0) for s, n in zip(spans, wide.shape, strict=True)], x.dtype)
        views = np.lib.stride_tricks.sliding_window_view(wide, spans)
        steps = (*(slice(None, None, s) for s in given["window_strides"]), *(slice(None, None, d) for d in apart))
        return np.asarray(function.reduce(views[steps], axis=tuple(range(x.ndim, 2 * x.ndim))))

    return reduced


def _sort(given: Given, *operands: np.ndarray) -> list[np.ndarray]:
    axis, keys = given["dimension"], operands[: given["num_keys"]]
    if len(operands) == 1:
        return [np.sort(operands[0], axis, kind="stable")]
    order = np.lexsort(tuple(reversed(keys)), axis=axis)
    return [np.take_along_axis(x, order, axis) for x in operands]


def _top_k(given: Given, x: np.ndarray) -> list[np.ndarray]:
    axis = given["axis"]
    turned = np.flip(x, axis)  # sorted stably and turned again, the first of equals comes first
    order = np.flip(x.shape[axis] - 1 - np.argsort(turned, axis, kind="stable"), axis)
    order = np.take(order, np.arange(given["k"]), axis)
    return [np.take_along_axis(x, order, axis), order]


def _dot_general(given: Given, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    (of_a, of_b), (batch_a, batch_b) = given["contracting"], given["batch"]
    free_a = [i for i in range(a.ndim) if i not in (*of_a, *batch_a)]
    free_b = [i for i in range(b.ndim) if i not in (*of_b, *batch_b)]
    sizes = [a.shape[i] for i in batch_a]
    left, right = [a.shape[i] for i in free_a], [b.shape[i] for i in free_b]
    contracted = math.prod(a.shape[i] for i in of_a)
    rows = a.transpose([*batch_a, *free_a, *of_a]).reshape([*sizes, math.prod(left), contracted])
    columns = b.transpose([*batch_b, *of_b, *free_b]).reshape([*sizes, contracted, math.prod(right)])
    return np.matmul(rows, columns).reshape([*sizes, *left, *right])


def _conv(given: Given, lhs: np.ndarray, rhs: np.ndarray) -> np.ndarray:
    """A sum over the positions of the kernel: one matrix product each."""
    x, kernel = lhs.transpose(given["lhs_spec"]), rhs.transpose(given["rhs_spec"])
    groups, batches = given["feature_group_count"], given["batch_group_count"]
    interior = [0, 0, *(d - 1 for d in given["lhs_dilation"])]
    x = padded(x, [(0, 0), (0, 0), *given["padding"]], interior, 0)
    parts = [
        _convolved(given, piece, part)
        for piece, part in zip(
            np.split(x, groups, 1) if groups > 1 else np.split(x, batches, 0),
            np.split(kernel, max(groups, batches), 0),
            strict=True,
        )
    ]
    whole = np.concatenate(parts, 1)
    return whole.transpose(np.argsort(given["out_spec"]))


def _convolved(given: Given, x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The same without groups, for x of shape (N, C, *spatial) and kernel of shape (O, C, *window)."""
    rows = list(zip(x.shape[2:], kernel.shape[2:], given["window_strides"], given["rhs_dilation"], strict=True))
    counts = [max(0, (n - (size - 1) * apart - 1) // step + 1) for n, size, step, apart in rows]
    result = np.zeros((x.shape[0], kernel.shape[0], *counts), x.dtype)
    for at in np.ndindex(*kernel.shape[2:]) if all(counts) else ():
        seen = tuple(
            slice(i * apart, i * apart + (count - 1) * step + 1, step)
            for i, count, (_, _, step, apart) in zip(at, counts, rows, strict=True)
        )
        values = x[(slice(None), slice(None), *seen)].reshape(*x.shape[:2], -1)
        result += np.matmul(kernel[(slice(None), slice(None), *at)], values).reshape(result.shape)
    return result


OPERATIONS: dict[str, Callable[..., Any]] = {
    "integer_pow": lambda given, x: _power(x, given["y"]),
    "round": _round,
    "broadcast_in_dim": _broadcast_in_dim,
    "reshape": lambda given, x: x.reshape(given["new_sizes"]),
    "squeeze": lambda given, x: x.squeeze(tuple(given["dimensions"])),
    "expand_dims": lambda given, x: np.expand_dims(x, tuple(given["dimensions"])),
    "transpose": lambda given, x: x.transpose(given["permutation"]),
    "rev": lambda given, x: np.flip(x, tuple(given["dimensions"])),
    "concatenate": lambda given, *xs: np.concatenate(xs, given["dimension"]),
    "stack": lambda given, *xs: np.stack(xs, given["axis"]),
    "unstack": _unstack,
    "split": _split,
    "pad": _pad,
    "iota": _iota,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "gather": indexing.gather,
    "scatter": indexing.scatter(None),
    "scatter-add": indexing.scatter(np.add),
    "scatter-mul": indexing.scatter(np.multiply),
    "scatter-min": indexing.scatter(np.minimum),
    "scatter-max": indexing.scatter(np.maximum),
    "reduce_sum": _reduced(np.add),
    "reduce_prod": _reduced(np.multiply),
    "reduce_max": _reduced(np.maximum, _lowest),
    "reduce_min": _reduced(np.minimum, _highest),
    "reduce_and": _reduced(np.bitwise_and),
    "reduce_or": _reduced(np.bitwise_or),
    "reduce_xor": _reduced(np.bitwise_xor),
    "argmax": lambda given, x: np.argmax(x, given["axes"][0]),
    "argmin": lambda given, x: np.argmin(x, given["axes"][0]),
    "cumsum": _cumulated(np.add),
    "cumprod": _cumulated(np.multiply),
    "cummax": _cumulated(np.maximum),
    "cummin": _cumulated(np.minimum),
    "cumlogsumexp": _cumulated(np.logaddexp),
    "reduce_window_sum": _window(np.add, lambda dtype: 0),
    "reduce_window_max": _window(np.maximum, _lowest),
    "reduce_window_min": _window(np.minimum, _highest),
    "sort": _sort,
    "top_k": _top_k,
    "dot_general": _dot_general,
    "conv_general_dilated": _conv,
}
