"""The gradient: judged as values are, beside the reference's gradient."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from grader.course import Arguments, Arrays, Gradient, Misconception, Reference
from grader.findings.of_case import OffBy, WrongCount, WrongDtype, WrongShape
from grader.judge.checks.value import judge_value
from grader.judge.comparison import Judged, float64_arrays
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer


def judged(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Judged:
    """The verdict on a gradient."""
    of = gradient_of_what(case)
    found = judge_value(index, case, reference.differentiated(of), answer.arrays, flatten=False)
    if isinstance(found.finding, OffBy | WrongShape | WrongCount | WrongDtype):
        return replace(found, finding=replace(found.finding, gradient_of=of))
    return found


def simulated(idea: Misconception, case: PlannedCase, reference: Reference) -> Arrays | None:
    """What a program with a wrong idea answers; None where the idea has nothing to say of gradients."""
    if not (idea.gradient or idea.gradients):
        return None
    value = gradient_of(idea, gradient_of_what(case), reference)
    return {"value": value(float64_arrays(case, reference), case.arguments)}


def gradient_of_what(case: PlannedCase) -> str:
    """What a gradient is taken with respect to."""
    check = case.case.check
    return check.of if isinstance(check, Gradient) else "x"


def gradient_of(idea: Misconception, of: str, reference: Reference) -> Callable[[Arrays, Arguments], np.ndarray]:
    """What the idea makes of the gradient with respect to x or a parameter; the right one, if it does not touch it."""
    own = idea.gradient if of == "x" else idea.gradients.get(of)
    return own or reference.differentiated(of).value
