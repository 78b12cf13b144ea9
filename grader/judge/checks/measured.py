"""What the checks on residuals and on bytes sent share: one number, measured in the submission's process."""

import numpy as np

from grader.course import Arrays, Misconception, Reference, Residuals, Sent
from grader.judge.comparison import float64_arrays
from grader.plan.cases import PlannedCase


def measured_bytes(answered: Arrays) -> float | None:
    """How many bytes the worker says; None where it says no such number."""
    value = answered.get("value")
    found = float(value) if value is not None and value.shape == () and value.dtype.kind == "i" else None
    return None if found is None or found < 0 else found


def needed(check: Residuals | Sent, case: PlannedCase, reference: Reference) -> int:
    """How many bytes are enough."""
    return case.x.dtype.itemsize * check.needed(float64_arrays(case, reference), case.arguments)


def of_idea(idea: Misconception, case: PlannedCase, reference: Reference) -> int | None:
    """How many bytes a program with a wrong idea is measured to take; None where the idea has nothing to say."""
    numbers = idea.sent if isinstance(case.case.check, Sent) else idea.residuals
    return numbers and numbers(float64_arrays(case, reference), case.arguments) * case.x.dtype.itemsize


def simulated(idea: Misconception, case: PlannedCase, reference: Reference) -> Arrays | None:
    """What a program with a wrong idea answers."""
    found = of_idea(idea, case, reference)
    return None if found is None else {"value": np.asarray(found)}
