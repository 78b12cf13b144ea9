"""Group normalization of ``(N, C, H, W)`` with the statistics before and after: the reference, and its parts.

Beside the parts of ``group_norm_parts``, a wrong idea may replace

    y = after_all(normalised, x)                what is done to the normalised values at last
    before = statistics(seen_before(x, y))      and of what they are
    after = statistics(seen_after(x, y))
"""

from collections.abc import Callable

import numpy as np

from grader.course import Arguments, Arrays, Reference, end_to_end

from .._group_norm import first
from .._group_norm.first import CHANNELS_FIRST, assemble_first
from .._group_norm.parts import Parts


def statistics(values: np.ndarray, _: int = 1) -> np.ndarray:
    """Mean, standard deviation, min and max of all values, shape ``(4,)``."""
    return np.array([values.mean(), values.std(), values.min(), values.max()])


RIGHT: Parts = {
    **CHANNELS_FIRST,
    "after_all": lambda normalised, _: normalised,
    "seen_before": lambda x, _: x,
    "seen_after": lambda _, y: y,
    "statistics": statistics,
}


def with_parameters(arrays: Arrays) -> Arrays:
    """The arrays with a gamma and a beta that change nothing."""
    return {**arrays, **first.REFERENCE.parameters(arrays, {})}


def assemble(parts: Parts) -> Callable[[Arrays, Arguments], np.ndarray]:
    """The walk-through with some of its parts replaced."""
    chosen = {**RIGHT, **parts}
    normalised = assemble_first({name: part for name, part in parts.items() if name in CHANNELS_FIRST})

    def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
        with np.errstate(all="ignore"):
            x, groups = arrays["x"], arguments["num_groups"]
            y = chosen["after_all"](normalised(with_parameters(arrays), arguments), x)
            seen = chosen["seen_before"](x, y), chosen["seen_after"](x, y)
            return end_to_end(y, *(chosen["statistics"](values, groups) for values in seen))

    return value


def value(arrays: Arrays, arguments: Arguments) -> np.ndarray:
    """``(x - mean) / sqrt(var + eps)``, and the statistics of all of x and of all of that; end to end."""
    y = first.REFERENCE.value(with_parameters(arrays), arguments)
    return end_to_end(y, statistics(arrays["x"]), statistics(y))


def _moved_statistics(values: np.ndarray, moved: np.ndarray, epsilon: float) -> np.ndarray:
    """How far they move when each value moves by so much, and their sum by one rounding.

    Of the standard deviation s, the derivative by one of n values is its difference from the mean over n s. Where all
    values are the same there is none, and what the values move by is all there is.
    """
    centred, spread = np.abs(values - values.mean()), values.std()
    of_spread = (centred * moved).mean() / spread if spread > moved.max() else moved.max()
    least, most = (moved.ravel()[at] for at in (values.argmin(), values.argmax()))
    return np.array([moved.mean() + np.abs(values).mean() * epsilon, of_spread, least, most])


def moved(arrays: Arrays, arguments: Arguments, epsilon: float) -> np.ndarray:
    """How far ``value`` moves when x moves by one unit in the last place."""
    arrays = with_parameters(arrays)
    x, y = arrays["x"], first.REFERENCE.value(arrays, arguments)
    of_y = first.REFERENCE.moved(arrays, arguments, epsilon)
    return end_to_end(of_y, _moved_statistics(x, np.abs(x) * epsilon, epsilon), _moved_statistics(y, of_y, epsilon))


def returns(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The three arrays."""
    return ("y", arrays["x"].shape), ("before", (4,)), ("after", (4,))


def landmarks(arrays: Arrays, arguments: Arguments) -> tuple[tuple[str, np.ndarray], ...]:
    """The formula's values in order, then the statistics, and what leads to them."""
    arrays = with_parameters(arrays)
    x, y = arrays["x"], first.REFERENCE.value(arrays, arguments)
    formula = [(name, v) for name, v in first.landmarks(arrays, arguments) if name != "output"]
    named = [("y" if name == "normalised values" else name, v) for name, v in formula]
    return (
        ("", x),
        *(("", part) for values in (x, y) for part in _towards(values)),
        *named,
        ("before", statistics(x)),
        ("after", statistics(y)),
    )


def _towards(values: np.ndarray) -> list[np.ndarray]:
    """What right programs compute on their way to the statistics.

    A mean of nearly 0 or a standard deviation of nearly 1 says little by itself: each counts beside the greatest value.
    """
    mean, std, least, most = statistics(values)
    centred = values - mean
    numbers = (mean, -mean, values.sum(), std, std**2, least, (centred**2).sum())
    return [*(np.array([number, most]) for number in numbers), np.array(most), centred, centred**2, values**2]


REFERENCE = Reference(value=value, moved=moved, returns=returns, landmarks=landmarks)
