"""Gather and scatter: a window of the operand for each row of indices."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Given = Mapping[str, Any]


def gather(given: Given, operand: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """``lax.gather``; modes are CLIP, FILL_OR_DROP and PROMISE_IN_BOUNDS, which is as CLIP."""
    sizes, gone = given["slice_sizes"], (*given["collapsed_slice_dims"], *given["operand_batching_dims"])
    batch, window = indices.ndim - 1, [d for d in range(operand.ndim) if d not in gone]
    starts = _starts(operand.shape, indices, given, "start_index_map", "start_indices_batching_dims")
    places, inside = _places(operand.shape, starts, sizes, window, batch, given["mode"])
    result = operand[places] if all(operand.shape) else np.zeros(np.broadcast_shapes(*(p.shape for p in places)))
    if inside is not None:
        fill = _missing(operand.dtype) if given["fill_value"] is None else given["fill_value"]
        if operand.dtype.kind not in "fcO":
            fill = operand.dtype.type(fill)
        result = np.where(inside, result, np.asarray(fill, operand.dtype))
    offsets = given["offset_dims"]
    return np.moveaxis(result, range(batch, batch + len(window)), offsets)


def scatter(combine: np.ufunc | None) -> Callable[..., np.ndarray]:
    """``lax.scatter`` and those that combine; modes as for ``gather``, where FILL_OR_DROP drops a whole window."""

    def scattered(given: Given, operand: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> np.ndarray:
        gone = (*given["inserted_window_dims"], *given["operand_batching_dims"])
        batch, window = indices.ndim - 1, [d for d in range(operand.ndim) if d not in gone]
        at = given["update_window_dims"]
        updates = np.moveaxis(updates, at, range(batch, batch + len(window)))
        sizes = [1] * operand.ndim
        for axis, size in zip(window, updates.shape[batch:], strict=True):
            sizes[axis] = size
        starts = _starts(operand.shape, indices, given, "scatter_dims_to_operand_dims", "scatter_indices_batching_dims")
        places, inside = _places(operand.shape, starts, sizes, window, batch, given["mode"])
        result = operand.copy()
        if not updates.size:
            return result
        whole = np.broadcast_arrays(*places) if places else []
        if inside is not None:
            kept = np.broadcast_to(inside, updates.shape)
            whole, updates = [p[kept] for p in whole], updates[kept]
        if not places:
            return np.asarray(updates if combine is None else combine(result, updates)).reshape(result.shape)
        if combine is None:
            result[tuple(whole)] = updates
        else:
            combine.at(result, tuple(whole), updates)
        return result

    return scattered


def _starts(shape: Sequence[int], indices: np.ndarray, given: Given, mapped: str, batching: str) -> list[np.ndarray]:
    """For each axis of the operand, where the windows begin: arrays of the batch's shape."""
    batch = indices.shape[:-1]
    starts = [np.zeros(batch, np.int64) for _ in shape]
    for column, axis in enumerate(given[mapped]):
        starts[axis] = indices[..., column].astype(np.int64)
    for axis, along in zip(given["operand_batching_dims"], given[batching], strict=True):
        counted = np.arange(batch[along]).reshape([-1 if i == along else 1 for i in range(len(batch))])
        starts[axis] = np.broadcast_to(counted, batch)
    return starts


def _places(
    shape: Sequence[int], starts: list[np.ndarray], sizes: Sequence[int], window: list[int], batch: int, mode: str
) -> tuple[tuple[np.ndarray, ...], np.ndarray | None]:
    """For each axis an index array, the batch's axes first and then the window's; and which windows are inside."""
    room = [n - size for n, size in zip(shape, sizes, strict=True)]
    inside = None
    if "FILL" in mode:
        fits = [(start >= 0) & (start <= last) for start, last in zip(starts, room, strict=True)]
        whole = np.logical_and.reduce(fits) if fits else np.ones(())
        inside = None if np.all(whole) else whole.reshape((*whole.shape, *[1] * len(window)))
    places = []
    for axis, (start, last) in enumerate(zip(starts, room, strict=True)):
        start = np.clip(start, 0, max(last, 0)).reshape((*start.shape, *[1] * len(window)))
        if axis in window:
            along = window.index(axis)
            start = start + np.arange(sizes[axis]).reshape([-1 if i == along else 1 for i in range(len(window))])
        places.append(start)
    return tuple(places), inside


def _missing(dtype: np.dtype) -> Any:
    """What is read outside, where nothing else is said."""
    if dtype.kind in "iu":
        return np.iinfo(dtype).min if dtype.kind == "i" else np.iinfo(dtype).max
    return True if dtype.kind == "b" else np.nan
