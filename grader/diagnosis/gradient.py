"""What a wrong gradient shows, of a program whose values are right."""

from collections.abc import Iterator, Mapping

import numpy as np

from exercises.spec import Exercise, Gradient, Misconception, Reference
from grader.diagnosis.evidence import Compared
from grader.diagnosis.matching import gradient_of, told
from grader.judge import compare
from grader.plan import PlannedCase
from grader.report import Diagnosis
from grader.transcript import Answer

NOWHERE = (
    "The values are right, but the gradient is 0 everywhere: on the way from x to the output something lets no "
    "gradient through, such as NumPy, a comparison, a rounding or stop_gradient. Which step is it?"
)
UNDEFINED = (
    "The values are right, but the gradient is not a finite number everywhere: its formula divides by 0 where the "
    "value's does not, as that of a root at 0 does, even in a branch that jnp.where leaves out. Which step is it?"
)
OTHER = (
    "The values are right, and only the gradient is wrong: a step computes the right number, but tells JAX otherwise "
    "how that depends on x, as stop_gradient and custom_vjp do. Which step is it?"
)


def of_gradients(
    exercise: Exercise, cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer]
) -> dict[int, Diagnosis]:
    """What explains each wrong gradient, by the case's index: an idea that fits all of them, or what can be seen."""
    asked = list(_compared(exercise, cases, answers))
    wrong = [seen for seen in asked if seen.wrong.any()]
    if not wrong:
        return {}
    ideas = [m for m in exercise.misconceptions if m.gradient or m.gradients]
    fits = [m for m in ideas if all(_is(seen, m, exercise.reference) for seen in asked)]
    if len(fits) == 1:
        return dict.fromkeys((seen.index for seen in wrong), told(fits[0]))
    return {seen.index: Diagnosis(misconception="", text=_seen(seen.got)) for seen in wrong}


def _compared(exercise: Exercise, cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer]) -> Iterator[Compared]:
    for index, answer in sorted(answers.items()):
        check = cases[index].case.check
        if not isinstance(check, Gradient) or answer.problem:
            continue
        got = answer.arrays["value"].astype(np.float64)
        seen = Compared(index, cases[index], got, exercise.reference.differentiated(check.of))
        if got.shape == seen.expected.shape:
            yield seen


def _is(seen: Compared, idea: Misconception, reference: Reference) -> bool:
    """Whether the gradient is the idea's; where the idea's is no number, it must be none either."""
    check = seen.case.case.check
    of = check.of if isinstance(check, Gradient) else "x"
    wanted = gradient_of(idea, of, reference)(seen.arrays, seen.case.arguments)
    defined = np.isfinite(wanted)
    if not np.array_equal(np.isfinite(seen.got), defined):
        return False
    got, wanted = np.where(defined, seen.got, 0.0), np.where(defined, wanted, 0.0)
    # Where the idea makes it larger than it should be, its rounding is larger too.
    larger = max(1.0, float(np.abs(wanted).max() / max(np.abs(seen.expected).max(), np.finfo(float).tiny)))
    return compare(got, wanted, larger * seen.allowed).outcome == "right"


def _seen(got: np.ndarray) -> str:
    if not np.isfinite(got).all():
        return UNDEFINED
    return OTHER if got.any() else NOWHERE
