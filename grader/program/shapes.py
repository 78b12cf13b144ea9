"""The shapes that follow from an equation, and what it costs, worked out before anything is allocated."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from grader.program.program import Form
from grader.program.shapes_of_calls import COLLECTIVE, CONTROL
from grader.program.sizes import Shape, checked_axes, need, replaced, without
from grader.worker.program_format import ELEMENTS_CAP

STEP = 2_000  # what an equation costs besides its elements: NumPy's overhead, in elementary steps
# Elementary steps for each element; an addition takes one.
_SERIES = "acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp exp2 expm1 log log1p logistic sin sinh tan tanh"
_INDEXED = ("gather", "scatter", "scatter-add", "scatter-mul", "scatter-min", "scatter-max")
SLOW = {
    **dict.fromkeys(_SERIES.split(), 10),
    **dict.fromkeys(("erf", "erfc"), 50),
    **dict.fromkeys(("pow", "integer_pow", "cumlogsumexp"), 30),
    **dict.fromkeys(_INDEXED, 10),
}


def infer(
    primitive: str, taken: Sequence[Form], claimed: Sequence[Form], given: Mapping[str, Any], mesh: Mapping[str, int]
) -> tuple[list[Shape], int]:
    """Works out an equation's shapes.

    Args:
      primitive: one of ``program_format.PARAMETERS``.
      taken: the operands.
      claimed: the results as they came; only their number and dtypes may be relied on.
      given: the parameters.
      mesh: the axes along which devices lie where the equation stands, with their sizes.

    Returns:
      The results' shapes, and the elementary steps that it takes, sub-programs apart.

    Raises:
      ValueError, TypeError, IndexError, KeyError: if the operation does not take such operands.
    """
    shapes = [form.shape for form in taken]
    extra = 0
    if primitive in _ARRANGING:
        found = _ARRANGING[primitive](shapes, given)
    elif primitive in _COMPUTING:
        found, extra = _COMPUTING[primitive](shapes, given)
    elif primitive in COLLECTIVE:
        found = COLLECTIVE[primitive](shapes, given, mesh)
    elif primitive in CONTROL:
        found = CONTROL[primitive](taken, claimed, given)
    elif primitive == "optimization_barrier":
        found = shapes
    else:  # elementwise
        need(bool(shapes))
        found = [_broadcast(shapes)]
    sizes = [math.prod(shape) for shape in found]
    need(all(size <= ELEMENTS_CAP for size in sizes))
    elements = sum(form.size for form in taken) + sum(sizes)
    return found, STEP + SLOW.get(primitive, 1) * elements + extra


def _broadcast(shapes: Sequence[Shape]) -> Shape:
    """The shape of an elementwise result. Operands without axes fit any, and a size of 1 any size."""
    wide = [shape for shape in shapes if shape]
    need(len({len(shape) for shape in wide}) <= 1)
    sizes = [{n for n in along if n != 1} for along in zip(*wide, strict=True)]
    need(all(len(along) <= 1 for along in sizes))
    return tuple(along.pop() if along else 1 for along in sizes)


# --- arranging anew ---


def _broadcast_in_dim(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,), wanted, at = shapes, given["shape"], given["broadcast_dimensions"]
    checked_axes(at, len(wanted))
    need(len(at) == len(shape) and list(at) == sorted(at))
    need(all(n in (1, wanted[d]) for n, d in zip(shape, at, strict=True)))
    return [_sized(wanted)]


def _sized(shape: Shape) -> Shape:
    need(all(n >= 0 for n in shape))
    return tuple(shape)


def _reshape(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,), wanted = shapes, _sized(given["new_sizes"])
    need(math.prod(shape) == math.prod(wanted))
    return [wanted]


def _squeeze(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,) = shapes
    need(all(shape[axis] == 1 for axis in given["dimensions"]))
    return [without(shape, given["dimensions"])]


def _expand_dims(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,) = shapes
    new, rest = checked_axes(given["dimensions"], len(shape) + len(given["dimensions"])), iter(shape)
    return [tuple(1 if i in new else next(rest) for i in range(len(shape) + len(new)))]


def _transpose(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,), order = shapes, given["permutation"]
    need(sorted(order) == list(range(len(shape))))
    return [tuple(shape[i] for i in order)]


def _rev(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,) = shapes
    checked_axes(given["dimensions"], len(shape))
    return [shape]


def _concatenate(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    axis = given["dimension"]
    need(len({replaced(shape, axis, 0) for shape in shapes}) == 1)
    return [replaced(shapes[0], axis, sum(shape[axis] for shape in shapes))]


def _stack(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    need(len(set(shapes)) == 1 and 0 <= given["axis"] <= len(shapes[0]))
    return [(*shapes[0][: given["axis"]], len(shapes), *shapes[0][given["axis"] :])]


def _unstack(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,) = shapes
    checked_axes([given["axis"]], len(shape))
    return [without(shape, [given["axis"]])] * min(shape[given["axis"]], 1 << 12)


def _split(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,), sizes, axis = shapes, _sized(given["sizes"]), given["axis"]
    checked_axes([axis], len(shape))
    need(sum(sizes) == shape[axis])
    return [replaced(shape, axis, n) for n in sizes]


def _pad(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    shape, value = shapes
    need(value == () and len(given["padding_config"]) == len(shape))
    config = given["padding_config"]
    return [_padded(shape, [(low, high) for low, high, _ in config], [interior for *_, interior in config])]


def _padded(shape: Shape, padding: Sequence[Any], interior: Sequence[int]) -> Shape:
    """The shape after padding; that of the array with ``interior`` values between neighbours must be small too."""
    need(len(shape) == len(padding) == len(interior) and all(i >= 0 for i in interior))
    dilated = tuple((n - 1) * (i + 1) + 1 if n else 0 for n, i in zip(shape, interior, strict=True))
    need(math.prod(max(n, 1) for n in dilated) <= ELEMENTS_CAP)
    widest = (n + max(low, 0) + max(high, 0) for n, (low, high) in zip(dilated, padding, strict=True))
    need(math.prod(max(n, 1) for n in widest) <= ELEMENTS_CAP)
    return _sized(tuple(n + low + high for n, (low, high) in zip(dilated, padding, strict=True)))


def _iota(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    need(not shapes)
    checked_axes([given["dimension"]], len(given["shape"]))
    return [_sized(given["shape"])]


def _slice(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    (shape,), start, limit = shapes, given["start_indices"], given["limit_indices"]
    strides = given["strides"] or (1,) * len(shape)
    need(len(start) == len(limit) == len(strides) == len(shape))
    rows = list(zip(shape, start, limit, strides, strict=True))
    need(all(0 <= a <= b <= n and step > 0 for n, a, b, step in rows))
    return [tuple(-(-(b - a) // step) for _, a, b, step in rows)]


def _dynamic_slice(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    shape, *starts = shapes
    sizes = given["slice_sizes"]
    need(starts == [()] * len(shape) and len(sizes) == len(shape))
    need(all(0 <= size <= n for size, n in zip(sizes, shape, strict=True)))
    return [sizes]


def _dynamic_update_slice(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    shape, update, *starts = shapes
    need(starts == [()] * len(shape) and len(update) == len(shape))
    need(all(size <= n for size, n in zip(update, shape, strict=True)))
    return [shape]


def _gather(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    operand, indices = shapes
    need(len(operand) > 0)
    sizes, collapsed, batching = given["slice_sizes"], given["collapsed_slice_dims"], given["operand_batching_dims"]
    need(len(sizes) == len(operand) and all(0 <= s <= n for s, n in zip(sizes, operand, strict=True)))
    need(all(sizes[d] == 1 for d in (*collapsed, *batching)))
    window = without(sizes, (*collapsed, *batching))
    _indexed(operand, indices, given["start_index_map"], batching, given["start_indices_batching_dims"])
    batch, rank = iter(indices[:-1]), len(indices) - 1 + len(window)
    offsets, inside = checked_axes(given["offset_dims"], rank), iter(window)
    need(len(offsets) == len(window) and list(given["offset_dims"]) == sorted(offsets))
    return [tuple(next(inside) if i in offsets else next(batch) for i in range(rank))]


def _indexed(operand: Shape, indices: Shape, at: Shape, batching: Shape, of_indices: Shape) -> None:
    """Checks the dimension numbers that a gather and a scatter have in common."""
    need(len(indices) > 0 and indices[-1] == len(at))
    checked_axes((*at, *batching), len(operand))
    checked_axes(of_indices, len(indices) - 1)
    need(len(batching) == len(of_indices))
    need(all(operand[d] == indices[i] for d, i in zip(batching, of_indices, strict=True)))


def _scatter(shapes: list[Shape], given: Mapping[str, Any]) -> list[Shape]:
    operand, indices, updates = shapes
    batching = given["operand_batching_dims"]
    inserted = (*given["inserted_window_dims"], *batching)
    at = given["scatter_dims_to_operand_dims"]
    _indexed(operand, indices, at, batching, given["scatter_indices_batching_dims"])
    window = checked_axes(given["update_window_dims"], len(updates))
    need(list(given["update_window_dims"]) == sorted(window))
    room = without(operand, inserted)
    need(len(window) == len(room) and all(updates[w] <= n for w, n in zip(sorted(window), room, strict=True)))
    need(tuple(n for i, n in enumerate(updates) if i not in window) == indices[:-1])
    need(math.prod(updates) * len(operand) <= ELEMENTS_CAP)  # an index for each axis
    return [operand]


_ARRANGING = {
    "broadcast_in_dim": _broadcast_in_dim,
    "reshape": _reshape,
    "squeeze": _squeeze,
    "expand_dims": _expand_dims,
    "transpose": _transpose,
    "rev": _rev,
    "concatenate": _concatenate,
    "stack": _stack,
    "unstack": _unstack,
    "split": _split,
    "pad": _pad,
    "iota": _iota,
    "slice": _slice,
    "dynamic_slice": _dynamic_slice,
    "dynamic_update_slice": _dynamic_update_slice,
    "gather": _gather,
    **dict.fromkeys(_INDEXED[1:], _scatter),
}

# --- computing along axes; each with what it costs beyond its operands and results ---


def _reduced(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    (shape,) = shapes
    return [without(shape, given["axes"])], 0


def _arg(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    (shape,) = shapes
    need(len(given["axes"]) == 1 and all(shape))
    return [without(shape, given["axes"])], 0


def _cumulative(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    (shape,) = shapes
    checked_axes([given["axis"]], len(shape))
    return [shape], 2 * math.prod(shape)


def _window(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    (shape,) = shapes
    sizes, dilation = given["window_dimensions"], given["window_dilation"]
    padded = _padded(shape, given["padding"], [d - 1 for d in given["base_dilation"]])
    found = _windows(padded, sizes, given["window_strides"], dilation)
    return [found], math.prod(found) * math.prod(sizes)


def _windows(padded: Shape, sizes: Shape, strides: Shape, dilation: Shape) -> Shape:
    """How many windows fit along each axis."""
    rows = list(zip(padded, sizes, strides, dilation, strict=True))
    need(all(size > 0 and step > 0 and apart > 0 for _, size, step, apart in rows))
    spans = [(n - (size - 1) * apart - 1, step) for n, size, step, apart in rows]
    return tuple(0 if span < 0 else span // step + 1 for span, step in spans)


def _sort(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    need(len(set(shapes)) == 1 and 1 <= given["num_keys"] <= len(shapes))
    checked_axes([given["dimension"]], len(shapes[0]))
    return shapes, len(shapes) * math.prod(shapes[0]) * 20


def _top_k(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    (shape,), axis = shapes, given["axis"]
    checked_axes([axis], len(shape))
    need(0 <= given["k"] <= shape[axis])
    return [replaced(shape, axis, given["k"])] * 2, math.prod(shape) * 20


def _dot_general(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    (a, b), (of_a, of_b), (batch_a, batch_b) = shapes, given["contracting"], given["batch"]
    left, right = without(a, (*of_a, *batch_a)), without(b, (*of_b, *batch_b))
    for here, there in ((of_a, of_b), (batch_a, batch_b)):
        need(len(here) == len(there) and all(a[i] == b[j] for i, j in zip(here, there, strict=True)))
    found = (*(a[i] for i in batch_a), *left, *right)
    return [found], math.prod(found) * math.prod(a[i] for i in of_a)


def _conv(shapes: list[Shape], given: Mapping[str, Any]) -> tuple[list[Shape], int]:
    lhs, rhs = (tuple(s[i] for i in given[spec]) for s, spec in zip(shapes, ("lhs_spec", "rhs_spec"), strict=True))
    rank, order = len(lhs), given["out_spec"]
    for spec in ("lhs_spec", "rhs_spec", "out_spec"):
        need(sorted(given[spec]) == list(range(rank)))
    need(len(shapes[0]) == len(shapes[1]) == rank >= 2)
    groups, batches = given["feature_group_count"], given["batch_group_count"]
    need(groups >= 1 and batches >= 1 and 1 in (groups, batches))
    need(lhs[1] == rhs[1] * groups and rhs[0] % groups == 0 and rhs[0] % batches == 0 and lhs[0] % batches == 0)
    padded = _padded(lhs[2:], given["padding"], [d - 1 for d in given["lhs_dilation"]])
    need(math.prod(padded) * lhs[0] * lhs[1] <= ELEMENTS_CAP)
    spatial = _windows(padded, rhs[2:], given["window_strides"], given["rhs_dilation"])
    whole = (lhs[0] // batches, rhs[0], *spatial)
    found = tuple(whole[order.index(i)] for i in range(rank))
    return [found], math.prod(found) * math.prod(rhs[1:]) + STEP * math.prod(rhs[2:]) * max(groups, batches)


_COMPUTING = {
    **{f"reduce_{name}": _reduced for name in ("sum", "max", "min", "prod", "and", "or", "xor")},
    **dict.fromkeys(("argmax", "argmin"), _arg),
    **dict.fromkeys(("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"), _cumulative),
    **{f"reduce_window_{name}": _window for name in ("sum", "max", "min")},
    "sort": _sort,
    "top_k": _top_k,
    "dot_general": _dot_general,
    "conv_general_dilated": _conv,
}
