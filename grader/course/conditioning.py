"""``Reference.moved`` by finite differences, for those who do not want to derive it by hand."""

from collections.abc import Callable

import numpy as np

from grader.course.inputs import Arguments, Arrays

STEP = 1e-6  # of a value: the error of a central difference in float64 is then far below one per cent

Value = Callable[[Arrays, Arguments], np.ndarray]
Moved = Callable[[Arrays, Arguments, float], np.ndarray]


def by_differences(value: Value, sharing: Value | None = None) -> Moved:
    """Makes ``moved`` of ``value``: each input is moved by itself, up and down, and what the output does is added up.

    It sees what inputs do, not what is rounded on the way: where an output does not depend on an input that every
    algorithm rounds with, as x - x, the movement is 0 and the author must add that rounding. It calls ``value`` twice
    for each element of each array: fit for cases of a few hundred numbers.

    Args:
      value: the reference's.
      sharing: the reference's; elements that share statistics then get the largest movement among them.
    """

    def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
        total = np.zeros_like(value(arrays, arguments))
        for name, array in arrays.items():
            for index in np.ndindex(array.shape):
                up, down = (value(_nudged(arrays, name, index, sign * STEP), arguments) for sign in (1, -1))
                total += np.abs(up - down) / (2 * STEP) * epsilon
        return total if sharing is None else _largest(total, sharing(arrays, arguments))

    return moved


def _nudged(arrays: Arrays, name: str, index: tuple[int, ...], share: float) -> Arrays:
    nudged = arrays[name].copy()
    nudged[index] *= 1 + share
    return {**arrays, name: nudged}


def _largest(total: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The largest of those of one number, for each."""
    largest = np.zeros(int(numbers.max()) + 1)
    np.maximum.at(largest, numbers.ravel(), total.ravel())
    return largest[numbers]
