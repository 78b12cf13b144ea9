"""Inputs of a case, described instead of stored: drawn from the seed, fixed, or made by a function."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = Mapping[str, np.ndarray]
"""Arrays by name, float64 NumPy: the input ``"x"`` and the parameters, such as ``"gamma"`` and ``"beta"``."""

Arguments = Mapping[str, Any]
"""The entry's other arguments by name, cast and with defaults filled in."""

DEVICES = 4
"""How many devices a submission's process has."""


class UnavailableError(Exception):
    """A package that an exercise's inputs are made from is not installed. The message says how to install it."""


@dataclass(frozen=True, kw_only=True)
class Draw:
    """An array drawn from the seed, bell-shaped between ``mean - 3.5 * std`` and ``mean + 3.5 * std``.

    Attributes:
      shape: The array's shape.
      dtype: The name of a floating-point dtype. Every drawn value is exact in it.
      mean: The centre of the values.
      std: Their standard deviation (within 2 %). A power of two, so that scaling by it is exact.
      same_along: Axes along which all values are equal, to make groups constant.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    mean: float = 0.0
    std: float = 1.0
    same_along: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """An array that is the same for every seed, such as the worked example's.

    Attributes:
      values: The values in row-major order.
      shape: The array's shape.
      dtype: The name of a floating-point dtype in which every value is exact.
    """

    values: tuple[float, ...]
    shape: tuple[int, ...]
    dtype: str = "float32"


@dataclass(frozen=True, kw_only=True)
class Made:
    """An array made by a function, such as part of a data set.

    Attributes:
      by: Maps the seed to an array of floating point or, for a mask, of booleans. Raises ``UnavailableError`` if a
        package it needs is not installed.
    """

    by: Callable[[int], np.ndarray]


Given = Draw | Fixed | Made


@dataclass(frozen=True, kw_only=True)
class Shards:
    """How x is sharded: under ``jax.shard_map``, each device calls the entry, a function, on its own piece.

    Attributes:
      mesh: The mesh's axes by name, each with its number of devices; ``DEVICES`` in all at most.
      cut: For each axis of x, the mesh axis that it is split along, or "" if it stays whole.
    """

    mesh: Mapping[str, int]
    cut: tuple[str, ...]

    @property
    def devices(self) -> int:
        """The number of devices."""
        return math.prod(self.mesh.values())

    def pieces(self, axis_name: str) -> tuple[int, int]:
        """The axis of x that is split along a mesh axis, and the number of its pieces."""
        return self.cut.index(axis_name), self.mesh[axis_name]
