"""The trail of a program in NumPy, which JAX cannot trace: arrays that note what is done with them. Part of the worker.

Every operation is NumPy's own, on plain arrays, and only its result becomes an array that remembers. A run that returns
other bits than the plain one, or something whose origin is lost, is not told at all.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.trace import GIVEN, NAME_CAP, STEPS_CAP, VALUES_CAP

UNKNOWN = -2  # the origin of a value for which there was no room
SUMS = ("mean", "average", "var", "std", "sum", "min", "max", "amin", "amax", "ptp", "prod", "median")
PRODUCTS = ("einsum", "dot", "matmul", "tensordot", "inner", "vdot")
COPIES = ("array", "asarray", "ascontiguousarray", "asanyarray")
MADE = (*COPIES, "zeros", "empty", "ones", "full")
METHODS = (
    *("mean", "var", "std", "sum", "min", "max", "prod", "cumsum", "dot", "clip", "round", "copy", "astype", "reshape"),
    *("transpose", "swapaxes", "ravel", "flatten", "squeeze", "repeat", "take", "diagonal", "__getitem__"),
)


class NotFollowedError(Exception):
    """The program does otherwise when it is watched, or the origin of its result is lost."""


class Notes:
    """What a program has computed: a row and a value a step."""

    def __init__(self, filename: str) -> None:
        self.filename, self.rows, self.values, self.room = filename, [], [], VALUES_CAP

    def noted(self, operation: str, result: Any, given: Any) -> Any:
        """The result as an array that remembers, if it is of floating point; each of several."""
        if isinstance(result, tuple | list):
            return type(result)([self.noted(operation, part, given) for part in result])
        if not (isinstance(result, np.ndarray | np.generic) and np.issubdtype(result.dtype, np.floating)):
            return result
        array = _array(result, copy=None).view(Remembering)
        array.notes, array.at = self, self.step(operation, array, given)
        return array

    def step(self, operation: str, value: np.ndarray, given: Any) -> int:
        """The index of a new step; ``UNKNOWN`` where there is no room."""
        inputs = list(dict.fromkeys(array.at for array in _remembering(given)))
        if len(self.rows) >= STEPS_CAP or value.nbytes > self.room or UNKNOWN in inputs:
            return UNKNOWN
        self.room -= value.nbytes
        name = f"reduce_{operation}" if operation in SUMS else "dot_general" if operation in PRODUCTS else operation
        self.rows.append([*self._place(), name.strip("_")[:NAME_CAP], inputs])
        self.values.append(_array(value))
        return len(self.rows) - 1

    def _place(self) -> tuple[int, int, str]:
        """Line, the entry's line and function: of the submission's frames."""
        frame, found = sys._getframe(1), []  # noqa: SLF001 - there is no public way to a caller's line
        while frame is not None:
            if frame.f_code.co_filename == self.filename:
                found.append((frame.f_lineno, frame.f_code.co_name[:NAME_CAP]))
            frame = frame.f_back
        return (found[0][0], found[-1][0], found[0][1]) if found else (0, 0, "")


class Remembering(np.ndarray):
    """An array that knows which step it came from; a view, such as a transposed one, shares its origin."""

    notes: Any = None
    at: int = UNKNOWN

    def __array_finalize__(self, source: Any, /) -> None:
        self.notes, self.at = getattr(source, "notes", None), getattr(source, "at", UNKNOWN)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        name = ufunc.__name__ if method == "__call__" else f"{method}_{ufunc.__name__}"
        into = options.get("out", inputs[:1] if method == "at" else ())
        return _done(getattr(ufunc, method), name, inputs, options, into)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _done(func, func.__name__, args, kwargs, (kwargs.get("out"),))

    def __setitem__(self, index: Any, value: Any) -> None:
        _done(self.view(np.ndarray).__setitem__, "scatter", (index, value), {}, (self,))

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))


def _method(name: str) -> Callable:
    return lambda self, *args, **options: _done(getattr(np.ndarray, name), name, (self, *args), options, ())


for _name in METHODS:
    setattr(Remembering, _name, _method(_name))
_array = np.array  # before a submission's is another


def _done(function: Callable, name: str, args: Any, options: Any, into: Any) -> Any:
    """The function's result, on plain arrays; or the array that it was written into, with its new origin."""
    given = () if name.endswith("_like") else (args, options, into)  # nothing of the values is in zeros_like
    result, notes = function(*_plain(args), **_plain(options)), [a.notes for a in _remembering((args, options, into))]
    written = next(_remembering(into), None)
    if written is None:
        return notes[0].noted(name, result, given) if notes and notes[0] else result
    written.at = written.notes.step(name, written.view(np.ndarray), given)
    return written


def _remembering(given: Any) -> Iterator[Remembering]:
    if isinstance(given, Remembering):
        yield given
    elif isinstance(given, tuple | list | dict):
        for part in given.values() if isinstance(given, dict) else given:
            yield from _remembering(part)


def _plain(given: Any) -> Any:
    """The same with plain arrays."""
    if isinstance(given, Remembering):
        return given.view(np.ndarray)
    if isinstance(given, dict):
        return {name: _plain(part) for name, part in given.items()}
    return type(given)(_plain(part) for part in given) if type(given) in (tuple, list) else given


@contextmanager
def _making(notes: Notes) -> Iterator[None]:
    """Arrays that the submission itself makes, of nothing or of others, remember too."""
    originals = {name: getattr(np, name) for name in MADE}

    def making(name: str, original: Callable) -> Callable:
        def made(*args: Any, **options: Any) -> Any:
            own = sys._getframe(1).f_code.co_filename == notes.filename  # noqa: SLF001 - see above
            if not own:
                return original(*args, **options)
            given = (args, options) if name in COPIES else ()
            return notes.noted(name, original(*_plain(args), **_plain(options)), given)

        return made

    try:
        for name, original in originals.items():
            setattr(np, name, making(name, original))
        yield
    finally:
        for name, original in originals.items():
            setattr(np, name, original)


def steps(
    function: Callable[..., Any], arguments: tuple[Mapping[str, np.ndarray], np.ndarray], filename: str
) -> tuple[list[list[Any]], list[int], dict[str, np.ndarray]]:
    """Every floating-point value that the function computes on its way, as ``trace.steps`` gives them.

    Args:
      function: called with named arrays and x, twice.
      arguments: these.
      filename: of the submission, as its frames give it.

    Raises:
      NotFollowedError: if the watched run cannot be believed.
    """
    notes, (variables, x) = Notes(filename), arguments

    def given(array: np.ndarray) -> Remembering:
        found = _array(array).view(Remembering)
        found.notes, found.at = notes, GIVEN
        return found

    plain = function({name: _array(array) for name, array in variables.items()}, _array(x))
    with _making(notes):
        watched = function({name: given(array) for name, array in variables.items()}, given(x))
    known, outputs = {GIVEN: x, **dict(enumerate(notes.values))}, []
    for expected, output in zip(*([r] if hasattr(r, "dtype") else r for r in (plain, watched)), strict=True):
        at = getattr(output, "at", UNKNOWN)
        same = output.dtype == expected.dtype and output.tobytes() == expected.tobytes()
        if not same or at not in known or np.sort(known[at], None).tobytes() != np.sort(expected, None).tobytes():
            raise NotFollowedError("the program cannot be followed")
        outputs += [at] * (at != GIVEN)
    return notes.rows, outputs, {str(index): value for index, value in enumerate(notes.values)}
