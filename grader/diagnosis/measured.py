"""What a call shows that keeps too much for the backward pass, or sends too much, and is right in all else."""

from collections.abc import Sequence

from grader.course import Exercise, Residuals, Sent
from grader.diagnosis.matching import named
from grader.findings.of_errors import Diagnosis
from grader.judge.checks.measured import measured_bytes, of_idea
from grader.judge.comparison import Comparison


def of_measured(exercise: Exercise, comparisons: Sequence[Comparison]) -> dict[int, Diagnosis]:
    """Of the ideas that take no more than was measured, the one that takes most, by the case's index."""
    found = {}
    for c in comparisons:
        measured = measured_bytes(c.answered or {})
        if not isinstance(c.case.case.check, Residuals | Sent) or measured is None or c.outcome == "right":
            continue
        taken = {of_idea(m, c.case, exercise.reference): m for m in exercise.misconceptions}
        if fits := [size for size in taken if size is not None and size <= measured]:
            found[c.index] = named(taken[max(fits)])
    return found
