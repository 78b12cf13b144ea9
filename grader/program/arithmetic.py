"""How numbers are held while a program is evaluated."""

from decimal import Decimal
from typing import Any, Literal

import numpy as np

from grader.program import literals
from grader.program.program import Form
from grader.worker.wire import DTYPES

Name = Literal["float64", "written", "decimal"]
HALF = ("bfloat16", "float16")
_PRECISIONS = {(8, 7): "bfloat16", (5, 10): "float16", (8, 23): "float32"}


class Arithmetic:
    """Literals, casts and dtypes.

    "float64" holds every real number in float64, "decimal" as ``Decimal``: the idea, with the numbers that the author
    meant. "written" keeps to the dtypes of the program; half precision is computed in float32 and rounded after each
    operation. Integers and bools are what the program says in all three.
    """

    def __init__(self, name: Name) -> None:
        self.name = name
        self.cost = 100 if name == "decimal" else 1
        wide = {"float64": np.dtype(np.float64), "decimal": np.dtype(object), "written": None}[name]
        self._held = {key: self._of(dtype, wide) for key, dtype in DTYPES.items()}

    @staticmethod
    def _of(dtype: np.dtype, wide: np.dtype | None) -> np.dtype:
        if wide is None or dtype.kind in "biu":
            return dtype
        return np.dtype(np.complex128) if dtype.kind == "c" else wide

    def literal(self, form: Form, value: Any) -> np.ndarray:
        """A scalar of the program's text."""
        held, dtype = self._held[form.dtype], DTYPES[form.dtype]
        if self.name == "written" or dtype.kind in "biuc":
            return np.asarray(value).astype(held)
        meant = literals.meant(float(dtype.type(value)), dtype)
        return self._decimals(meant) if held.kind == "O" else np.asarray(float(meant), held)

    def constant(self, array: np.ndarray) -> np.ndarray:
        """An array of the program's."""
        if self.name == "written" or array.dtype.kind in "biuc":
            return array.astype(self._held[array.dtype.name])
        wide = literals.all_meant(array, array.dtype)
        return self._decimals(wide) if self.name == "decimal" else wide

    def given(self, array: np.ndarray, form: Form) -> np.ndarray:
        """An argument, whose values are taken as they are."""
        return self.cast(np.asarray(array), form.dtype)

    def cast(self, array: np.ndarray, dtype: str) -> np.ndarray:
        """Converts as ``convert_element_type`` does: to integers towards zero, and within their range."""
        held = self._held[dtype]
        if array.dtype == held:
            return array
        if held.kind == "b":
            return array != 0
        if array.dtype.kind == "c" and held.kind != "c":
            array = np.real(array)
        if held.kind == "O":
            return self._decimals(array)
        if held.kind in "iu" and array.dtype.kind not in "biu":
            return _whole(array.astype(np.float64), held)
        return array.astype(held)

    def narrowed(self, array: np.ndarray, bits: tuple[int, int]) -> np.ndarray:
        """Rounds to so many bits of exponent and mantissa.

        Raises:
          KeyError: if no dtype has them.
        """
        dtype = DTYPES[_PRECISIONS[bits]]
        return array.astype(dtype).astype(array.dtype) if self.name == "written" else array

    def operand(self, array: np.ndarray) -> np.ndarray:
        """What an operation is given."""
        return array.astype(np.float32) if array.dtype.name in HALF else array

    @staticmethod
    def _decimals(given: Any) -> np.ndarray:
        array = np.asarray(given)
        made = [v if isinstance(v, Decimal) else literals.decimal(v) for v in array.ravel().tolist()]
        result = np.empty(len(made), object)
        result[:] = made
        return result.reshape(array.shape)


def _whole(array: np.ndarray, held: np.dtype) -> np.ndarray:
    info = np.iinfo(held)
    cut = np.trunc(np.nan_to_num(array, nan=0.0, posinf=np.inf, neginf=-np.inf))
    inside = np.where((cut > info.min) & (cut < info.max), cut, 0).astype(held)
    return np.where(cut >= info.max, info.max, np.where(cut <= info.min, info.min, inside)).astype(held)
