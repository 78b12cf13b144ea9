"""The intermediate values of a NumPy program, which JAX cannot trace: arrays that record what is done with them.

Every operation is NumPy's own, on plain arrays; only its result becomes an array that remembers its step. If the
watched run returns other bits than a plain run, or an array of unknown origin, there is no trail at all.
"""

import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from grader.worker.wire import GIVEN, NAME_CAP, STEPS_CAP, VALUES_CAP

UNKNOWN = -2  # the origin of a value for which there was no room
SUMS = ("mean", "average", "var", "std", "sum", "min", "max", "amin", "amax", "ptp", "prod", "median")
PRODUCTS = ("einsum", "dot", "matmul", "tensordot", "inner", "vdot")
COPIES = ("array", "asarray", "ascontiguousarray", "asanyarray")
MADE = (*COPIES, "zeros", "empty", "ones", "full")
METHODS = (
    "mean",
    "var",
    "std",
    "sum",
    "min",
    "max",
    "prod",
    "cumsum",
    "dot",
    "clip",
    "round",
    "copy",
    "astype",
    "reshape",
    "transpose",
    "swapaxes",
    "ravel",
    "flatten",
    "squeeze",
    "repeat",
    "take",
    "diagonal",
    "__getitem__",
)


class NotFollowedError(Exception):
    """The program behaves differently when it is watched, or the origin of its result is lost."""


class Notes:
    """The steps of a program: a row and a value each."""

    def __init__(self, filename: str) -> None:
        self.filename, self.rows, self.values, self.room = filename, [], [], VALUES_CAP
        self.alive: list[weakref.ref[Remembering]] = []

    def remembering(self, result: Any, at: int) -> "Remembering":
        """Returns the array as one that remembers its step."""
        array = _array(result, copy=None).view(Remembering)
        array.notes, array.at, array.written = self, at, ()
        self.alive.append(weakref.ref(array))
        return array

    def noted(self, operation: str, result: Any, given: Any) -> Any:
        """Records a floating-point result, or each of several, and returns it as an array that remembers."""
        if isinstance(result, tuple | list):
            return type(result)([self.noted(operation, part, given) for part in result])
        if not (isinstance(result, np.ndarray | np.generic) and np.issubdtype(result.dtype, np.floating)):
            return result
        return self.remembering(result, self.step(operation, result, given))

    def step(self, operation: str, value: Any, given: Any) -> int:
        """The index of a new step; ``UNKNOWN`` where there is no room."""
        name = f"reduce_{operation}" if operation in SUMS else "dot_general" if operation in PRODUCTS else operation
        return self._row(self._place(), name.strip("_"), value, [self.origin(array) for array in _remembering(given)])

    def origin(self, array: "Remembering") -> int:
        """Returns the step of an array: a new one if its memory was written to through another array."""
        if array.written:
            place = self.rows[array.written[-1]][:3] if UNKNOWN not in array.written else []
            array.at = self._row(place, "scatter", array, [array.at, *array.written])
            array.written = ()
        return array.at

    def wrote(self, array: "Remembering", at: int) -> None:
        """Records that an array, and every other that shares its memory, has new values."""
        array.at, array.written = at, ()
        for other in (found for ref in self.alive if (found := ref()) is not None and found is not array):
            if np.may_share_memory(_plain(other), _plain(array)):
                other.written = (*other.written, at)

    def _row(self, place: list[Any], operation: str, value: Any, inputs: list[int]) -> int:
        if len(self.rows) >= STEPS_CAP or value.nbytes > self.room or UNKNOWN in inputs:
            return UNKNOWN
        self.room -= value.nbytes
        self.rows.append([*place, operation[:NAME_CAP], list(dict.fromkeys(inputs))])
        self.values.append(_array(_plain(value)))
        return len(self.rows) - 1

    def _place(self) -> list[Any]:
        """Returns line, line of the entry and function, from the submission's frames."""
        frame, found = sys._getframe(1), []  # there is no public way to a caller's line
        while frame is not None:
            if frame.f_code.co_filename == self.filename:
                found.append((frame.f_lineno, frame.f_code.co_name[:NAME_CAP]))
            frame = frame.f_back
        return [found[0][0], found[-1][0], found[0][1]] if found else [0, 0, ""]


class Remembering(np.ndarray):
    """An array that knows its step; a view, such as a transpose, shares it."""

    notes: Any = None
    at: int = UNKNOWN
    written: tuple[int, ...] = ()  # steps that wrote into its memory since

    def __array_finalize__(self, source: Any, /) -> None:
        for name in ("notes", "at", "written"):
            setattr(self, name, getattr(source, name, getattr(Remembering, name)))

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
_array = np.array  # kept before a submission can replace it


def _done(function: Callable, name: str, args: Any, options: Any, into: Any) -> Any:
    """Calls the function on plain arrays; returns its result, or the array that it wrote to, with the new step."""
    given = () if name.endswith("_like") else (args, options, into)  # zeros_like takes no values
    result, notes = function(*_plain(args), **_plain(options)), [a.notes for a in _remembering((args, options, into))]
    written = next(_remembering(into), None)
    if written is None:
        return notes[0].noted(name, result, given) if notes and notes[0] else result
    written.notes.wrote(written, written.notes.step(name, written, given))
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
    """Makes arrays that the submission itself creates remember, too."""
    originals = {name: getattr(np, name) for name in MADE}

    def making(name: str, original: Callable) -> Callable:
        def made(*args: Any, **options: Any) -> Any:
            own = sys._getframe(1).f_code.co_filename == notes.filename
            if not own:
                return original(*args, **options)
            result = original(*_plain(args), **_plain(options))
            if name not in COPIES:
                return notes.noted(name, result, ())
            # A Python number has lost its origin; most come from x.
            return notes.noted(
                name, result, (args, options) if next(_remembering((args, options)), None) is not None else lost
            )

        lost = notes.remembering(_array(0.0), GIVEN)

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
    """Returns every floating-point value that the function computes, as ``jaxpr_trace.steps`` does.

    Args:
      function: called with named arrays and x, twice.
      arguments: these.
      filename: of the submission, as its frames give it.

    Raises:
      NotFollowedError: if the watched run cannot be believed.
    """
    notes, (variables, x) = Notes(filename), arguments

    plain = function({name: _array(array) for name, array in variables.items()}, _array(x))
    with _making(notes):
        watched = function(
            {n: notes.remembering(_array(a), GIVEN) for n, a in variables.items()}, notes.remembering(_array(x), GIVEN)
        )
    returned = [[r] if hasattr(r, "dtype") else r for r in (plain, watched)]
    origins = [notes.origin(output) if isinstance(output, Remembering) else UNKNOWN for output in returned[1]]
    known = {GIVEN: x, **dict(enumerate(notes.values))}
    for at, expected, output in zip(origins, *returned, strict=True):
        same = output.dtype == expected.dtype and output.tobytes() == expected.tobytes()
        if not same or at not in known or np.sort(known[at], None).tobytes() != np.sort(expected, None).tobytes():
            raise NotFollowedError("the program cannot be followed")
    outputs = [at for at in origins if at != GIVEN]
    return notes.rows, outputs, {str(index): value for index, value in enumerate(notes.values)}
