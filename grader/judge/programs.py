"""A program judged on situations that no visible case has; see ``plan/situations.py``."""

import logging
from collections.abc import Sequence

import numpy as np

from grader.course import Arrays, Gradient, Reference
from grader.judge import outputs
from grader.judge.comparison import Comparison, float64_arrays
from grader.judge.judge import judge
from grader.plan.cases import PlannedCase
from grader.plan.draws import HALF
from grader.plan.situations import Variations
from grader.program.decode import decode
from grader.program.evaluate import evaluate
from grader.program.program import Malformed, Program, Unevaluable
from grader.sandbox.transcript import Answer
from grader.worker.wire import DTYPES

IDEA = 1e-7  # of the largest value: what float64 may lose, at any mean that the exercises have
WRITTEN = 2  # situations in which arithmetic as written is judged: those where it loses most digits
ROOM = 4  # times the allowed error, for arithmetic as written: NumPy adds in another order than XLA


_LOG = logging.getLogger(__name__)


def in_situations(
    asked: Sequence[Variations], programs: Sequence[tuple[object, Arrays]], reference: Reference
) -> dict[int, Comparison]:
    """What is wrong in situations that no visible case has, by the case that they are variations of.

    Args:
      asked: What the worker was asked for.
      programs: What came, in the same order: a program as JSON, and what it returned where it was run.
      reference: Gives the expected values.
    """
    found: dict[int, Comparison] = {}
    for one, (given, returned) in zip(asked, programs, strict=False):
        try:
            program = decode(given)
            if one.index in found:
                continue
            if isinstance(program, Program):
                comparison = judged(one.index, program, one.situations, reference)
            else:
                comparison = judged_runs(one.index, returned, one.situations, reference)
            found.update({one.index: comparison} if comparison else {})
        except Malformed:
            continue
        except Exception:  # a fault of ours is never the student's
            _LOG.exception('evaluating a program in situations of "%s" failed', one.situations[0].case.name)
    return found


def judged(
    index: int, program: Program, situations: tuple[PlannedCase, ...], reference: Reference
) -> Comparison | None:
    """The first situation in which a program is wrong; None where it is right in all, or cannot be evaluated.

    Args:
      index: The visible case that the situations are variations of.
      program: The traced program.
      situations: What it is evaluated on.
      reference: Gives the expected values.
    """
    in_digits = hardest(situations)
    for planned in situations:
        if not tells(planned, reference):
            continue
        arrays = float64_arrays(planned, reference)
        asked = planned.case.check.expected(reference) or reference
        expected = asked.value(arrays, planned.arguments)
        inputs = {"x": planned.x, **planned.parameters}
        if planned.cotangent is not None:
            inputs["cotangent"] = planned.cotangent
        try:
            meant = evaluate(program, inputs)
            written = evaluate(program, inputs, held="written") if any(planned is one for one in in_digits) else None
        except (Unevaluable, ValueError):
            return None
        value = outputs.laid_out(meant, outputs.parts(asked, arrays, planned.arguments))
        if not _agree(value, expected):
            comparison = _compared(index, planned, _rounded(program, meant), reference)
            if comparison.outcome == "wrong":
                return comparison
        if written is not None:
            comparison = _compared(index, planned, written, reference)
            if _far_off(comparison):
                return comparison
    return None


def judged_runs(
    index: int, outputs: Arrays, situations: tuple[PlannedCase, ...], reference: Reference
) -> Comparison | None:
    """The first situation in which a program that was run is wrong; None where it is right in all, or was not run.

    Args:
      index: The visible case that the situations are variations of.
      outputs: What it returned in situations, one behind the other; a slow one did not come to all.
      situations: What it was run on.
      reference: Gives the expected values.
    """
    count = min((len(array) if array.ndim else 0 for array in outputs.values()), default=0)
    for number, planned in enumerate(situations[:count]):
        returned = {name: array[number] for name, array in outputs.items()}
        comparison = _compared(index, planned, returned, reference)
        if _far_off(comparison):
            return comparison
    return None


def tells(planned: PlannedCase, reference: Reference) -> bool:
    """Whether all right programs agree in a situation: not in the gradient where the values of a group are all equal.

    A root of the variance has none there; what is to be made of that, an exercise asks for with a case of its own. In
    half precision, and beside a large mean, values of small groups are equal by chance.
    """
    if not isinstance(planned.case.check, Gradient):
        return True
    arrays = float64_arrays(planned, reference)
    sharing = None if reference.sharing is None else reference.sharing(arrays, planned.arguments).ravel()
    if sharing is None or sharing.size != planned.x.size:
        return bool(planned.case.check.expected(reference).value(arrays, planned.arguments).any())
    values, count = planned.x.astype(np.float64).ravel(), int(sharing.max(initial=0)) + 1
    most, least = np.full(count, -np.inf), np.full(count, np.inf)
    np.maximum.at(most, sharing, values)
    np.minimum.at(least, sharing, values)
    return bool((most > least).all())


def hardest(situations: Sequence[PlannedCase]) -> Sequence[PlannedCase]:
    """Those in which arithmetic as written is judged: where it loses most digits.

    None where a gradient is taken in half precision: right programs overflow there, wherever a variance is tiny.
    """
    if any(isinstance(one.case.check, Gradient) and one.x.dtype.name in HALF for one in situations):
        return ()
    return sorted(situations, key=_digits_lost)[-WRITTEN:]


def _digits_lost(planned: PlannedCase) -> float:
    """The mean of an input in units of its spread, the largest of all inputs."""
    inputs = [array.astype(np.float64) for array in (planned.x, *planned.parameters.values()) if array.size]
    return max((float(abs(array.mean()) / (array.std() or np.inf)) for array in inputs), default=0.0)


def _agree(value: np.ndarray | None, expected: np.ndarray) -> bool:
    """Whether values in float64 are the reference's; if not, the judge looks at them as at any answer."""
    if value is None or value.size != expected.size:
        return False
    error = np.abs(value.reshape(expected.shape) - expected).max(initial=0.0)
    return bool(error <= IDEA * np.abs(expected).max(initial=1.0))


def _far_off(comparison: Comparison) -> bool:
    """Whether an answer is wrong, and by more than another order of adding could do."""
    return comparison.outcome == "wrong" and (comparison.margin or np.inf) > ROOM


def _rounded(program: Program, meant: Arrays) -> Arrays:
    """Values in the dtypes that the program returns."""
    forms = [program.body.form(output) for output in program.body.outputs]
    return {name: meant[name].astype(DTYPES[form.dtype]) for name, form in zip(program.outputs, forms, strict=True)}


def _compared(index: int, planned: PlannedCase, arrays: Arrays, reference: Reference) -> Comparison:
    return judge(index, planned, reference, Answer(arrays=dict(arrays), problem=None, printed=""))
