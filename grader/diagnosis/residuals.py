"""What a call shows that keeps too much for the way back, and is right in all else."""

from collections.abc import Mapping

from exercises.spec import Exercise, Residuals
from grader.diagnosis.matching import told
from grader.judge import float64_arrays, judge, kept
from grader.plan import PlannedCase
from grader.report import Diagnosis
from grader.transcript import Answer


def of_residuals(
    exercise: Exercise, cases: tuple[PlannedCase, ...], answers: Mapping[int, Answer]
) -> dict[int, Diagnosis]:
    """Of the ideas that keep no more than was kept, the one that keeps most, by the case's index."""
    found = {}
    for index, answer in answers.items():
        case = cases[index]
        if not isinstance(case.case.check, Residuals) or answer.problem:
            continue
        bytes_kept = kept(answer.arrays)
        if bytes_kept is None or judge(case, exercise.reference, answer).outcome == "right":
            continue
        arrays, size = float64_arrays(case, exercise.reference), case.x.dtype.itemsize
        ideas = {m.residuals(arrays, case.arguments) * size: m for m in exercise.misconceptions if m.residuals}
        if fits := [numbers for numbers in ideas if numbers <= bytes_kept]:
            found[index] = told(ideas[max(fits)])
    return found
