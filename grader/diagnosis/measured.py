"""What a call shows that keeps too much for the way back, or sends too much, and is right in all else."""

from collections.abc import Mapping

from exercises.spec import Exercise, Residuals, Sent
from grader.diagnosis.matching import told
from grader.judge import float64_arrays, judge, measured_bytes
from grader.plan import PlannedCase
from grader.report import Diagnosis
from grader.transcript import Answer


def of_measured(
    exercise: Exercise, cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer]
) -> dict[int, Diagnosis]:
    """Of the ideas that take no more than was measured, the one that takes most, by the case's index."""
    found = {}
    for index, answer in answers.items():
        case = cases[index]
        if not isinstance(case.case.check, Residuals | Sent) or answer.problem:
            continue
        measured = measured_bytes(answer.arrays)
        if measured is None or judge(case, exercise.reference, answer).outcome == "right":
            continue
        arrays, size = float64_arrays(case, exercise.reference), case.x.dtype.itemsize
        of_ideas = [(m.sent if isinstance(case.case.check, Sent) else m.residuals, m) for m in exercise.misconceptions]
        ideas = {numbers(arrays, case.arguments) * size: m for numbers, m in of_ideas if numbers}
        if fits := [numbers for numbers in ideas if numbers <= measured]:
            found[index] = told(ideas[max(fits)])
    return found
