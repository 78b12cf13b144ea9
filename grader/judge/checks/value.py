"""The values of the output: how many arrays, then shape, then dtype, then values."""

import ml_dtypes
import numpy as np

from grader.course import Arguments, Arrays, Misconception, Reference, Value
from grader.findings.of_case import ChangedInput, WrongCount, WrongDtype, WrongShape
from grader.judge import outputs
from grader.judge.comparison import FLOATS, Judged, beside, compared, float64_arrays, wrong
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer


def judged(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Judged:
    """The verdict on an output."""
    check = case.case.check
    if isinstance(check, Value) and check.untouched and (changed := _changed(case, answer.arrays)):
        return wrong(ChangedInput(names=changed))
    return judge_value(index, case, reference, answer.arrays, flatten=isinstance(check, Value) and check.flatten)


def _changed(case: PlannedCase, answered: Arrays) -> tuple[str, ...]:
    """Which of the arrays that a call was given came back with other bytes, or did not come back."""
    given = {"x": case.x, **case.parameters}
    left = {name: answered.get(f"given/{name}") for name in given}
    return tuple(name for name, array in given.items() if (back := left[name]) is None or not _same(array, back))


def _same(array: np.ndarray, other: np.ndarray) -> bool:
    return (array.dtype, array.shape, array.tobytes()) == (other.dtype, other.shape, other.tobytes())


def simulated(idea: Misconception, case: PlannedCase, reference: Reference) -> Arrays:
    """What a program with a wrong idea answers, float64."""
    return {"value": simulated_value(idea, case, reference)}


def judge_value(index: int, case: PlannedCase, reference: Reference, answered: Arrays, *, flatten: bool) -> Judged:
    """The verdict on arrays beside a reference's, which may be a gradient's."""
    arrays = float64_arrays(case, reference)
    wanted = outputs.parts(reference, arrays, case.arguments)
    values = beside(index, case, reference, answered, arrays)
    if refused := _refused_parts(case, answered, wanted):
        return wrong(refused, values=values)
    if wanted is None:
        expected = values.expected if values else reference.value(arrays, case.arguments)
        if refused := _refused_array(case, reference, answered["value"], expected, flatten=flatten):
            return wrong(refused, values=values)
    if values is None:
        raise ValueError("an answer whose shapes and dtypes were accepted cannot be compared")
    return compared(values, flat=flatten)


def _refused_array(
    case: PlannedCase, reference: Reference, value: np.ndarray, expected: np.ndarray, *, flatten: bool
) -> WrongShape | WrongDtype | None:
    """Why one array is not of the shape or the dtype asked for; None where it is."""
    flat = flatten and value.size == expected.size
    if value.shape != expected.shape and not flat:
        as_x = expected.shape == case.x.shape
        return WrongShape(expected=expected.shape, got=value.shape, as_x=as_x)
    return wrong_dtype(value.dtype, case.x.dtype, exactly=bool(reference.inside))


def _refused_parts(
    case: PlannedCase, answered: Arrays, wanted: outputs.Parts | None
) -> WrongCount | WrongShape | WrongDtype | None:
    """Why what was returned is not made of the arrays that are wanted; None where it is."""
    given = outputs.given_parts(answered)
    if wanted is None:
        return None if given is None else WrongCount(expected=(), got=len(given))
    if given is None or len(given) != len(wanted):
        return WrongCount(expected=tuple(name for name, _ in wanted), got=0 if given is None else len(given))
    for (name, shape), array in zip(wanted, given, strict=True):
        if array.shape != shape:
            return WrongShape(what=name, expected=shape, got=array.shape)
        if refused := wrong_dtype(array.dtype, case.x.dtype, name):
            return refused
    return None


def wrong_dtype(got: np.dtype, of_x: np.dtype, what: str = "", *, exactly: bool = False) -> WrongDtype | None:
    """None if the output's dtype will do: a floating one at least as wide as the input's, or exactly that one."""
    if exactly:
        return None if got == of_x else WrongDtype(what=what, of_x=of_x.name, got=got.name)
    wide_enough = got.name in FLOATS and np.dtype(got).itemsize >= of_x.itemsize
    if wide_enough and not (of_x.itemsize == 2 and got.itemsize == 2 and got != of_x):  # half precision
        return None
    wider = ml_dtypes.finfo(of_x).bits < 32  # half precision
    return WrongDtype(what=what, of_x=of_x.name, or_wider=wider, got=got.name)


def simulated_value(
    idea: Misconception, case: PlannedCase, reference: Reference, arrays: Arrays | None = None
) -> np.ndarray:
    """The values that a program with a wrong idea returns.

    Args:
      idea: the idea.
      case: what is asked.
      reference: what is right, for all that the idea does not touch.
      arrays: input and parameters, where others than the case's are meant.
    """
    arrays = _its_own(idea, case, arrays or float64_arrays(case, reference))
    value, arguments = idea.value or reference.value, its_arguments(idea, case)
    if isinstance(case.case.check, Value) and case.case.check.transform == "vmap":
        return np.stack([value({**arrays, "x": x}, arguments) for x in arrays["x"]])
    return value(arrays, arguments)


def its_arguments(idea: Misconception, case: PlannedCase) -> Arguments:
    """With the idea's own defaults, where the case leaves an argument to the default."""
    left = {name: value for name, value in idea.defaults.items() if name not in case.case.arguments}
    return {**case.arguments, **left}


def _its_own(idea: Misconception, case: PlannedCase, arrays: Arrays) -> Arrays:
    """With the parameters that the idea itself initialises, where the case gives none and they are the right ones."""
    if case.parameters or idea.parameters is None:
        return arrays
    made = idea.parameters(arrays, case.arguments)
    fit = all(name in arrays and arrays[name].shape == array.shape for name, array in made.items())
    return {**arrays, **made} if fit else arrays
