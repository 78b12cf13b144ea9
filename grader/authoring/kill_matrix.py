"""The kill matrix: by how much each case tells each wrong idea from right, and how near right programs come to wrong.

A right program never fails and a wrong idea never passes only if there is room on both sides of the tolerance. The
matrix measures the room, and ``holds`` says whether it is enough.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.course import Arrays, Misconception, Reference, Value
from grader.course.loader import Loaded
from grader.diagnosis.matching import forms
from grader.judge import outputs
from grader.judge.comparison import Comparison, float64_arrays
from grader.judge.judge import judge, simulated
from grader.plan.cases import PlannedCase
from grader.report import CaseResult
from grader.sandbox.transcript import Answer

# A misconception's error is at least 5 times what is allowed, in the case that catches it best; a right program may err
# twice as much as it does before any case rejects it.
LEAST = {"misconception": 5.0, "degenerate": 5.0, "right": 2.0}
Kind = Literal["misconception", "degenerate", "right"]


@dataclass(frozen=True)
class Cell:
    """What one case says of one row.

    Attributes:
      margin: of a wrong idea, error over tolerance; of a right program, tolerance over error. Infinite where it is
        refused before values are compared, where the answer is not a number, or where there is no error at all.
      refused: kind of the finding by which it is refused before values are compared; else empty.
    """

    margin: float
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A wrong idea or a right program, against all cases.

    Attributes:
      name: as in the exercise.
      kind: a misconception, an answer that takes no thought, or a right program.
      cells: one a case, in order; None where the case has nothing to ask of it.
    """

    name: str
    kind: Kind
    cells: tuple[Cell | None, ...]

    @property
    def deciding(self) -> int | None:
        """Index of the case that decides: the best one against a wrong idea, the worst one for a right program.

        A number decides rather than a refusal or a NaN, which a program may escape by chance or by a guard.
        """
        asked = [(cell.margin, index) for index, cell in enumerate(self.cells) if cell]
        if not asked:
            return None
        if self.kind == "right":
            return min(asked)[1]
        enough = [pair for pair in asked if LEAST[self.kind] <= pair[0] < math.inf]
        return max(enough or asked, key=lambda pair: pair[0])[1]

    @property
    def margin(self) -> float:
        """The margin of the case that decides."""
        cell = None if self.deciding is None else self.cells[self.deciding]
        return cell.margin if cell else 0.0

    @property
    def holds(self) -> bool:
        """Whether there is room enough."""
        return self.margin >= LEAST[self.kind]


def wrong_rows(exercise: Loaded, cases: Sequence[PlannedCase]) -> Iterator[Row]:
    """All that must not pass: the exercise's misconceptions, and answers that take no thought."""
    for misconception in exercise.spec.misconceptions:
        if not misconception.source:  # what it answers is seen only when it is run
            yield misconception_row(exercise, cases, misconception)
    yield from degenerate_rows(exercise, cases)


def right_row(name: str, results: Sequence[CaseResult | Comparison]) -> Row:
    """How near a right program came to being called wrong.

    Args:
      name: the program's.
      results: one a case.
    """
    return Row(name=name, kind="right", cells=tuple(_room(result) for result in results))


def misconception_row(exercise: Loaded, cases: Sequence[PlannedCase], misconception: Misconception) -> Row:
    """What each case says of a program with this wrong idea alone, in the form of it that is hardest to tell."""
    reference, rows = exercise.spec.reference, []
    for form in forms(misconception, exercise.spec.assemble):
        answers = [(planned, simulated(form, planned, reference)) for planned in cases]
        cells = (None if given is None else _cell(planned, reference, given) for planned, given in answers)
        rows.append(Row(name=misconception.name, kind="misconception", cells=tuple(cells)))
    return min(rows, key=lambda row: row.margin)


def degenerate_rows(exercise: Loaded, cases: Sequence[PlannedCase]) -> Iterator[Row]:
    """What each case says of answers that take no thought: constants, and what was given."""
    reference = exercise.spec.reference
    answers = [_thoughtless(planned, reference) for planned in cases]
    for name in dict.fromkeys(name for given in answers for name in given):
        cells = [
            _cell(planned, reference, {"value": given[name]}) if name in given else None
            for planned, given in zip(cases, answers, strict=True)
        ]
        yield Row(name=f"answer {name}", kind="degenerate", cells=tuple(cells))


def _thoughtless(planned: PlannedCase, reference: Reference) -> dict[str, np.ndarray]:
    asked = planned.case.check.expected(reference)
    if asked is None:
        return {}
    arrays = float64_arrays(planned, reference)
    shape = asked.value(arrays, planned.arguments).shape
    if reference.returns:
        return {"0": np.zeros(shape), "1": np.ones(shape), "NaN": np.full(shape, np.nan)}
    found = {"0": np.zeros(shape), "1": np.ones(shape), "NaN": np.full(shape, np.nan)}
    for name, array in arrays.items():
        if array.ndim <= len(shape) and array.shape == shape[len(shape) - array.ndim :]:
            found[name] = np.broadcast_to(array, shape)
    return found


def _cell(planned: PlannedCase, reference: Reference, arrays: Arrays) -> Cell:
    # Float64 itself would be refused as a dtype: the answer is what a program in the input's dtype would return.
    with np.errstate(over="ignore"):
        answered = {
            name: a.astype(planned.x.dtype) if name == "value" and a.dtype.kind == "f" else a
            for name, a in arrays.items()
        }
    if "value" in answered:
        wanted = outputs.parts(reference, float64_arrays(planned, reference), planned.arguments)
        answered |= outputs.taken_apart(answered.pop("value"), wanted)
    check = planned.case.check
    if isinstance(check, Value) and check.untouched:
        answered |= {f"given/{name}": array for name, array in {"x": planned.x, **planned.parameters}.items()}
    found = judge(0, planned, reference, Answer(arrays=answered, problem=None, printed=""))
    if found.margin is None:
        return Cell(math.inf if found.outcome == "wrong" else 0.0, found.finding.kind if found.finding else "")
    return Cell(found.margin)


def _room(result: CaseResult | Comparison) -> Cell:
    if result.outcome != "right":
        return Cell(1 / result.margin if result.margin else 0.0)
    return Cell(1 / result.margin if result.margin else math.inf)
