"""Compares answers with expected values in float64. Never runs a student's code; believes only bytes and shapes."""

from dataclasses import dataclass, replace
from typing import Literal

import ml_dtypes
import numpy as np

from exercises.spec import Accuracy, Arrays, Gradient, Parameters, Raises, Reference, Residuals, Sent, Value
from grader import outputs
from grader.plan import PlannedCase
from grader.report import CaseOutcome
from grader.tolerance import allowed_error
from grader.transcript import Answer

FLOATS = ("bfloat16", "float16", "float32", "float64")


Refused = Literal["", "shape", "dtype", "names", "values", "no exception"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the judge says of one answer.

    Attributes:
      outcome: right or wrong, as far as this answer goes.
      message: why it is wrong.
      margin: largest error in units of what is allowed; None where no values were compared.
      refused: by what it was refused before any values were compared: a shape, a dtype, the parameters' names, their
        first values, or that no exception was raised.
    """

    outcome: CaseOutcome
    message: str = ""
    margin: float | None = None
    refused: Refused = ""


SPARE = 1 / 8  # of x, that a call may keep beyond what is needed
OFTEN = 16  # times what is needed, that a device may send
APART = 0.05  # of the range of the scores: far above rounding, even in half precision
DIGITS = "; only the last digits are lost, in the arithmetic"
LAST_DIGITS = 1e-4  # a relative error below this is rarely a wrong formula
# What an NNX module has in place of parameters; see ``nnx_modules.made``.
INSTEAD = {
    "variable": "a variable, but no nnx.Param",
    "array": "an array, but no nnx.Param",
    "late": "made by the first call, not with the module",
}

RIGHT = Verdict(outcome="right")


def judge(case: PlannedCase, reference: Reference, answer: Answer) -> Verdict:
    """Judges an answer that holds arrays, or the problem that a refusal asks for.

    Args:
      case: what was asked.
      reference: gives the expected values.
      answer: what came back; ``answer.problem`` is None unless the check is for an error.
    """
    with np.errstate(all="ignore"):  # whatever a submission's bits are, NumPy is not to warn on our behalf
        match case.case.check:
            case Value() as check:
                return judge_value(case, reference, answer.arrays, flatten=check.flatten)
            case Gradient() as check:
                return _judge_gradient(case, check, reference, answer.arrays)
            case Residuals() as check:
                return _judge_residuals(case, check, reference, answer.arrays)
            case Sent() as check:
                return _judge_sent(case, check, reference, answer.arrays)
            case Accuracy() as check:
                return judge_accuracy(case, check, reference, answer.arrays)
            case Parameters():
                return _judge_parameters(case, reference, answer.arrays)
            case Raises() as check:
                return _judge_refusal(check, answer)


def float64_arrays(case: PlannedCase, reference: Reference) -> Arrays:
    """Input and parameters as the reference takes them: those of a fresh initialisation, and the case's own."""
    arrays = {"x": case.x.astype(np.float64)}
    given = {**reference.parameters(arrays, case.arguments), **case.parameters}
    weights = {} if case.cotangent is None else {"cotangent": case.cotangent}
    return {**arrays, **{name: array.astype(np.float64) for name, array in {**given, **weights}.items()}}


def judge_value(case: PlannedCase, reference: Reference, answered: Arrays, *, flatten: bool) -> Verdict:
    """How many arrays, then shape, then dtype, then values, each with its own message."""
    arrays = float64_arrays(case, reference)
    wanted = outputs.parts(reference, arrays, case.arguments)
    if refused := _refused_parts(case, answered, wanted):
        return refused
    value = outputs.laid_out(answered, wanted)
    if value is None:
        raise ValueError("parts that were accepted cannot be laid out")
    expected = reference.value(arrays, case.arguments)
    allowed = allowed_error(reference, arrays, case.arguments, case.x.dtype)
    if flatten and value.size == expected.size:
        value, expected, allowed = value.ravel(), expected.ravel(), allowed.ravel()
    if value.shape != expected.shape:
        which = "the shape of x," if expected.shape == case.x.shape else "shape"
        message = f"the output must have {which} {_shape(expected.shape)}; yours has {_shape(value.shape)}"
        return _wrong(message, "shape")
    dtype_message = "" if wanted else _dtype_message(value.dtype, case.x.dtype, exactly=bool(reference.inside))
    if dtype_message:
        return _wrong(dtype_message, "dtype")
    return compare(value.astype(np.float64), expected, allowed, wanted)


def _refused_parts(case: PlannedCase, answered: Arrays, wanted: outputs.Parts | None) -> Verdict | None:
    """Why what was returned is not made of the arrays that are wanted; None where it is."""
    given = outputs.given_parts(answered)
    if wanted is None and given is None:
        return None
    if wanted is None:
        return _wrong(f"the output must be one array; yours is a tuple of {len(given or ())}", "shape")
    names = ", ".join(name for name, _ in wanted)
    if given is None or len(given) != len(wanted):
        yours = "one array" if given is None else f"a tuple of {len(given)}"
        return _wrong(f"the output must be a tuple of {len(wanted)} arrays: {names}; yours is {yours}", "shape")
    for (name, shape), array in zip(wanted, given, strict=True):
        if array.shape != shape:
            return _wrong(f"{name} must have shape {_shape(shape)}; yours has {_shape(array.shape)}", "shape")
        if message := _dtype_message(array.dtype, case.x.dtype, name):
            return _wrong(message, "dtype")
    return None


def judge_accuracy(case: PlannedCase, check: Accuracy, reference: Reference, answered: Arrays) -> Verdict:
    """Whether enough of x gets the right class, and by itself the same scores. Margin: errors over errors allowed."""
    arrays = float64_arrays(case, reference)
    classes, shape = reference.value(arrays, case.arguments), (len(case.x), check.classes)
    scores, alone = (answered.get(name) for name in ("value", "alone"))
    if scores is None or scores.shape != shape:
        yours = f"has shape {_shape(scores.shape)}" if scores is not None else "is a tuple"
        what = f"the classifier must return {check.classes} scores for each image"
        return _wrong(f"{what}, shape {_shape(shape)} here; yours {yours}", "shape")
    if scores.dtype.name not in FLOATS:
        return _wrong(f"the scores must be of a floating-point dtype; yours are {scores.dtype.name}", "dtype")
    if not np.isfinite(scores.astype(np.float64)).all():
        return Verdict(outcome="wrong", message="some scores are not finite numbers", margin=float("inf"))
    right = int((scores.argmax(axis=1) == classes).sum())
    margin = (1 - right / len(classes)) / (1 - check.at_least)
    told = f"{right} of {len(classes)} held-back images are classified right: {right / len(classes):.1%}"
    if check.alone and (alone is None or alone.shape != (check.alone, check.classes)):
        return _wrong("one image by itself, shape (1, ...), must get its scores too", "shape")
    others = 0 if alone is None else _apart(alone[: check.alone], scores[: check.alone])
    if others:  # said first: the others then have a part in every class
        what = f"{others} of {check.alone} images get other scores by themselves than beside the others"
        return Verdict(outcome="wrong", message=f"{what}; {told}", margin=float("inf"))
    if margin > 1:
        return Verdict(outcome="wrong", message=f"{told}; at least {check.at_least:.0%} are asked for", margin=margin)
    return Verdict(outcome="right", margin=margin)


def _apart(alone: np.ndarray, beside: np.ndarray) -> int:
    """How many images have other scores, by more than rounding."""
    if not len(beside):
        return 0
    one, other = alone.astype(np.float64), beside.astype(np.float64)
    return int((~(np.abs(one - other) <= APART * np.ptp(other))).any(axis=1).sum())


def _judge_gradient(case: PlannedCase, check: Gradient, reference: Reference, answered: Arrays) -> Verdict:
    found = judge_value(case, reference.differentiated(check.of), answered, flatten=False)
    told = f"the gradient with respect to {check.of}: {found.message}" if found.message else ""
    return replace(found, message=told)


def measured_bytes(answered: Arrays) -> float | None:
    """How many bytes a call keeps for the way back, or sends to other devices, as the worker says."""
    value = answered.get("value")
    return float(value) if value is not None and value.shape == () and value.dtype.kind == "i" else None


def _judge_residuals(case: PlannedCase, check: Residuals, reference: Reference, answered: Arrays) -> Verdict:
    """Margin: what is kept beyond what is needed, over what is let pass."""
    found, size = measured_bytes(answered), case.x.dtype.itemsize
    if found is None or found < 0:
        return _wrong("what the call keeps for the way back cannot be measured", "shape")
    needed = size * check.needed(float64_arrays(case, reference), case.arguments)
    margin = max(0.0, found - needed) / (SPARE * case.x.nbytes)
    told = f"the call keeps {found:.0f} bytes for the way back, and x has {case.x.nbytes}; {needed} would do"
    return (
        Verdict(outcome="right", margin=margin)
        if margin <= 1
        else Verdict(outcome="wrong", message=told, margin=margin)
    )


def _judge_sent(case: PlannedCase, check: Sent, reference: Reference, answered: Arrays) -> Verdict:
    """Margin: what a device sends, over what is let pass."""
    found, size = measured_bytes(answered), case.x.dtype.itemsize
    if found is None or found < 0:
        return _wrong("what the devices send to each other cannot be measured", "shape")
    needed = size * check.needed(float64_arrays(case, reference), case.arguments)
    margin = found / (OFTEN * needed)
    devices = case.case.shards.devices if case.case.shards else 1
    piece = case.x.nbytes // devices
    told = (
        f"each device sends {found:.0f} bytes to the others, and its piece of x has {piece}; "
        f"{needed} would do, and {OFTEN * needed} are let pass"
    )
    return (
        Verdict(outcome="right", margin=margin)
        if margin <= 1
        else Verdict(outcome="wrong", message=told, margin=margin)
    )


def compare(
    value: np.ndarray, expected: np.ndarray, allowed: np.ndarray, wanted: outputs.Parts | None = None
) -> Verdict:
    """Compares float64 arrays of one shape, perhaps of several laid end to end.

    NaN is as wrong as can be; an allowance of 0 asks for equality.
    """
    with np.errstate(all="ignore"):
        error = np.abs(value - expected)
        error = np.where(np.isnan(error), np.inf, error)
        margins = np.where(error == 0, 0.0, error / allowed)
    margin = float(margins.max(initial=0.0))
    if margin <= 1:
        return Verdict(outcome="right", margin=margin)
    at = np.unravel_index(int(margins.argmax()), margins.shape)
    found = outputs.place(tuple(int(i) for i in at), wanted)
    where = f" at {found}" if found else ""
    want, got = _two_numbers(float(expected[at]), float(value[at]))
    off, limit = _two_numbers(float(error[at]), float(allowed[at]), digits=2)
    off = f"off by {off}, " if np.isfinite(error[at]) else ""
    digits = DIGITS if error[at] < LAST_DIGITS * abs(expected[at]) else ""
    count = int((margins > 1).sum())
    message = (
        f"expected {want}, not {got}{where}; {off}allowed {limit}; {count} of {margins.size} values are wrong{digits}"
    )
    return Verdict(outcome="wrong", message=message, margin=margin)


def _judge_parameters(case: PlannedCase, reference: Reference, arrays: Arrays) -> Verdict:
    """Names, then shapes, then dtypes, then initial values."""
    expected = reference.parameters({"x": case.x.astype(np.float64)}, case.arguments)
    found = {name: array for name, array in arrays.items() if name != "value"}
    want = {f"params/{name}": array for name, array in expected.items()}
    if set(found) != set(want):
        return _wrong(f"the parameters must be {_names(want)}; yours are {_names(found)}", "names")
    for name, array in want.items():
        short, got = name.removeprefix("params/"), found[name]
        if got.shape != array.shape:
            message = f"{short} must have shape {_shape(array.shape)}; yours has {_shape(got.shape)}"
            return _wrong(message, "shape")
        if got.dtype.name not in FLOATS:
            return _wrong(f"{short} must be of a floating-point dtype; yours is {got.dtype.name}", "dtype")
        wrong = got.astype(np.float64) != array
        if wrong.any():
            value = float(got.astype(np.float64)[wrong][0])
            return _wrong(f"{short} must be {array.flat[0]:g} everywhere at first; yours holds {value:g}", "values")
    return RIGHT


def _judge_refusal(check: Raises, answer: Answer) -> Verdict:
    rule = f"{check.rule}: the call must raise an exception"
    if answer.problem is None:
        value = answer.arrays.get("value")
        yours = "a tuple" if value is None else f"an array of shape {_shape(value.shape)}"
        return _wrong(f"{rule}; yours returned {yours}", "no exception")
    if answer.problem.exception:
        return RIGHT
    did = {"exited": "ended the program", "returned": f"returned {answer.problem.message}"}
    yours = did.get(answer.problem.kind, f"raised {answer.problem.type or 'no exception'}")
    return _wrong(f"{rule}, such as ValueError; yours {yours}", "no exception")


def _dtype_message(got: np.dtype, given: np.dtype, what: str = "the output", *, exactly: bool = False) -> str:
    """Empty if the output's dtype will do: a floating one at least as wide as the input's, or exactly that one."""
    if exactly:
        return "" if got == given else f"x is {given.name}: {what} must be {given.name} too; yours is {got.name}"
    wide_enough = got.name in FLOATS and np.dtype(got).itemsize >= given.itemsize
    if wide_enough and not (given.itemsize == 2 and got.itemsize == 2 and got != given):  # noqa: PLR2004 - half precision
        return ""
    hint = f"{given.name} or wider" if ml_dtypes.finfo(given).bits < 32 else given.name  # noqa: PLR2004
    return f"x is {given.name}: {what} must be {hint}; yours is {got.name}"


def _wrong(message: str, refused: Refused) -> Verdict:
    return Verdict(outcome="wrong", message=message, refused=refused)


def _names(parameters: Arrays) -> str:
    return ", ".join(sorted(_parameter(name) for name in parameters)[:8]) or "none"


def _parameter(name: str) -> str:
    """A parameter's name; with what it is, where it is another thing that stands in place of one."""
    kind, _, short = name.partition("/")
    return f"{short} ({INSTEAD[kind]})" if short and kind in INSTEAD else name.removeprefix("params/")


def _shape(shape: tuple[int, ...]) -> str:
    return str(tuple(shape))


def _two_numbers(a: float, b: float, digits: int = 4) -> tuple[str, str]:
    """Both numbers with as few digits as show them apart, and no fewer than asked for."""
    digits = next((d for d in range(digits, 17) if f"{a:.{d}g}" != f"{b:.{d}g}"), 17)
    return f"{a:.{digits}g}", f"{b:.{digits}g}"
