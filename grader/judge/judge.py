"""Compares an answer with the reference in float64. Never runs a student's code; believes only bytes and shapes."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from grader.course import (
    Accuracy,
    Arrays,
    Gradient,
    Misconception,
    Parameters,
    Raises,
    Reference,
    Residuals,
    Sent,
    Value,
)
from grader.judge.checks import accuracy, gradient, parameters, raises, residuals, sent, value
from grader.judge.comparison import Comparison, Judged
from grader.plan.cases import PlannedCase
from grader.sandbox.transcript import Answer


class Checking(Protocol):
    """What the module of a check offers."""

    def judged(self, index: int, case: PlannedCase, reference: Reference, answer: Answer, /) -> Judged:
        """The verdict on an answer."""
        ...

    def simulated(self, idea: Misconception, case: PlannedCase, reference: Reference, /) -> Arrays | None:
        """What a program with a wrong idea answers, float64; None where the idea has nothing to say."""
        ...


CHECKS: Mapping[type, Checking] = {
    Value: value,
    Parameters: parameters,
    Raises: raises,
    Gradient: gradient,
    Residuals: residuals,
    Sent: sent,
    Accuracy: accuracy,
}


def judge(index: int, case: PlannedCase, reference: Reference, answer: Answer) -> Comparison:
    """Judges an answer that holds arrays, or the problem that a refusal asks for.

    Args:
      index: the case's place in the plan.
      case: what was asked.
      reference: gives the expected values.
      answer: what came back; ``answer.problem`` is None unless the check is for an error.
    """
    with np.errstate(all="ignore"):  # whatever a submission's bits are, NumPy is not to warn on our behalf
        found = CHECKS[type(case.case.check)].judged(index, case, reference, answer)
    return Comparison(
        index=index,
        case=case,
        outcome=found.outcome,
        finding=found.finding,
        margin=found.margin,
        answered=None if answer.problem else answer.arrays,
        values=found.values,
    )


def simulated(idea: Misconception, case: PlannedCase, reference: Reference) -> Arrays | None:
    """What a submission with this wrong idea answers in the case; None where the idea has nothing to say."""
    return CHECKS[type(case.case.check)].simulated(idea, case, reference)
