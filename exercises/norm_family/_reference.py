"""Batch, layer, instance and group norm of x, shape ``(N, *spatial, C)``: one formula, four index sets.

A set is the values that share a mean and a variance. Laid out as the rows of a table, ``(sets, members)``, they are
what group normalization per position knows as positions of one group, gamma 1 and beta 0: its reference serves for all.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.course import Arguments, Arrays, Reference

from .._group_norm import reference
from .._group_norm.parts import mean, var

Parts = Mapping[str, Callable[..., Any]]
Split = tuple[np.ndarray, tuple[int, ...]]


def groups_of(kind: str, channels: int, num_groups: int | None) -> int:
    """Into how many groups a kind splits the channels."""
    return {"batch": channels, "layer": 1, "instance": channels, "group": num_groups or 1}[kind]


def sharing(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """The number of its set, for each element: of its group of channels, and of its sample unless a set is of all."""
    x, kind = arrays["x"], arguments["kind"]
    groups = groups_of(kind, x.shape[-1], arguments["num_groups"])
    of_channel = np.arange(x.shape[-1]) // (x.shape[-1] // groups)
    of_sample = np.arange(x.shape[0]).reshape(-1, *[1] * (x.ndim - 1)) * (kind != "batch")
    return np.broadcast_to(of_sample * groups + of_channel, x.shape)


def _order(arrays: Arrays, arguments: Arguments) -> tuple[np.ndarray, int]:
    """Flat indices of x, set by set; and how many sets there are."""
    labels = sharing(arrays, arguments).ravel()
    return np.argsort(labels, kind="stable"), int(labels.max()) + 1


def _as_rows(arrays: Arrays, arguments: Arguments) -> tuple[Arrays, Arguments]:
    """The sets as rows, for the reference per position."""
    order, sets = _order(arrays, arguments)
    rows = {name: array.ravel()[order].reshape(sets, -1) for name, array in arrays.items()}
    members = rows["x"].shape[-1]
    return {**rows, "gamma": np.ones(members), "beta": np.zeros(members)}, {"num_groups": 1, "eps": arguments["eps"]}


def _back(rows: np.ndarray, arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """Rows of sets, in the shape of x."""
    found = np.empty(arrays["x"].size)
    found[_order(arrays, arguments)[0]] = rows.ravel()
    return found.reshape(arrays["x"].shape)


def in_sets(per_position: Callable[[Arrays, Arguments], np.ndarray]) -> Callable[[Arrays, Arguments], np.ndarray]:
    """What per position is computed of a group's channels, computed of a set's members."""

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        return _back(per_position(*_as_rows(arrays, arguments)), arrays, arguments)

    return value


# ``(x - mean) / sqrt(var + eps)``, mean and biased variance over the set that an element belongs to.
value = in_sets(reference.value)


def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``value`` moves when every x moves by one unit in the last place; for each set, as per position."""
    return in_sets(lambda rows, of_rows: reference.moved(rows, of_rows, epsilon))(arrays, arguments)


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formula's values in order, and what some right programs compute besides."""
    rows, _ = _as_rows(arrays, arguments)
    x, eps = rows["x"], arguments["eps"]
    size, average = x.shape[-1], x.mean(axis=-1, keepdims=True)
    variance = x.var(axis=-1, keepdims=True)
    std = np.sqrt(variance + eps)
    centred = _back(x - average, arrays, arguments)
    return (
        *(("", given) for given in (arrays["x"], np.array(float(size)), x.sum(-1), arrays["x"] / size)),
        *(("", value) for value in (centred**2, centred**2 / size, size * variance, average / std)),
        ("mean", average),
        ("x - mean", centred),
        ("variance", variance),
        ("variance + eps", variance + eps),
        ("standard deviation", std),
        ("standard deviation", 1 / std),
        ("output", value(arrays, arguments)),
    )


# The four kinds, then the formula, part by part, so that wrong ideas about different parts can be put together.
# Each kind cuts x into values and says along which of their axes a set lies.


def cut(x: np.ndarray, num_groups: int) -> np.ndarray:
    """Adjacent channels, shape ``(N, *spatial, G, C / G)``."""
    return x.reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)


def over_samples_and_positions(x: np.ndarray, num_groups: int) -> Split:
    """One set a group of channels."""
    return cut(x, num_groups), (*range(x.ndim - 1), -1)


def over_positions(x: np.ndarray, num_groups: int) -> Split:
    """One set a sample and group of channels."""
    return cut(x, num_groups), (*range(1, x.ndim - 1), -1)


RIGHT: Parts = {
    "batch": lambda x, _: over_samples_and_positions(x, x.shape[-1]),
    "layer": lambda x, _: over_positions(x, 1),
    "instance": lambda x, _: over_positions(x, x.shape[-1]),
    "group": over_positions,
    "centre": lambda values, axes, _: values - mean(values, axes),
    "below": lambda values, axes, eps: np.sqrt(var(values, axes) + eps),
}


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The formula with some of its parts replaced."""
    chosen = {**RIGHT, **parts}

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        x, eps = arrays["x"], arguments["eps"]
        with np.errstate(all="ignore"):  # wrong ideas divide by zero
            found = chosen[arguments["kind"]](x, arguments["num_groups"])
            if found is None:  # nothing that such a program could answer
                return np.full(x.shape, np.nan)
            values, axes = found
            return (chosen["centre"](values, axes, eps) / chosen["below"](values, axes, eps)).reshape(x.shape)

    return value


REFERENCE = Reference(value=value, moved=moved, sharing=sharing, landmarks=landmarks)
