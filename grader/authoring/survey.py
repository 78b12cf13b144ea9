"""The kill matrix over many seeds: no right program is rejected and no misconception accepted, whatever the inputs.

It takes minutes, so it is not part of the proof. The right programs run in this process, unlike any submission.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from grader.authoring.kill_matrix import Row, right_row, wrong_rows
from grader.authoring.trusted import TrustedProgram
from grader.course import Raises
from grader.course.loader import Loaded
from grader.judge.comparison import Comparison
from grader.judge.judge import judge
from grader.plan.cases import PlannedCase, make_plan
from grader.sandbox.transcript import Answer


@dataclass(frozen=True, kw_only=True)
class Worst:
    """A row of the matrix at the seed that leaves the least room.

    Attributes:
      row: The row at that seed.
      seed: The seed.
      failures: Number of seeds that leave too little room.
      passed: Number of seeds at which a wrong idea was accepted, or a right program rejected.
    """

    row: Row
    seed: int
    failures: int
    passed: int


def survey(exercise: Loaded, seeds: Sequence[int], progress: Callable[[float], None]) -> Iterator[Worst]:
    """Yields each wrong idea and each right program at its worst seed.

    Args:
      exercise: The exercise to survey.
      seeds: Seeds for the random inputs.
      progress: Called now and then with the share of the work that is done.
    """
    programs = [("solution", exercise.solution)]
    programs += [(variant.name, variant.source) for variant in exercise.spec.right_variants]
    steps = _Steps(progress, len(seeds) * (1 + len(programs)))
    yield from _worst([list(wrong_rows(exercise, cases)) for cases in steps.plans(exercise, seeds)], seeds)
    for name, source in programs:
        program = TrustedProgram(source, exercise.spec.entry)
        rows = [[right_row(name, _verdicts(exercise, program, cases))] for cases in steps.plans(exercise, seeds)]
        yield from _worst(rows, seeds)


class _Steps:
    """Counts the plans that are done."""

    def __init__(self, progress: Callable[[float], None], total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def plans(self, exercise: Loaded, seeds: Sequence[int]) -> Iterator[tuple[PlannedCase, ...]]:
        for seed in seeds:
            yield make_plan(exercise, seed=seed).cases
            self._done += 1
            self._progress(self._done / self._total)


def _worst(rows: list[list[Row]], seeds: Sequence[int]) -> Iterator[Worst]:
    """The worst row of each name, from the rows at each seed."""
    for same in zip(*rows, strict=True):
        row, seed = min(zip(same, seeds, strict=True), key=lambda pair: pair[0].margin)
        failures, passed = (sum(test(r) for r in same) for test in (lambda r: not r.holds, lambda r: r.margin <= 1))
        yield Worst(row=row, seed=seed, failures=failures, passed=passed)


def _verdicts(exercise: Loaded, program: TrustedProgram, cases: tuple[PlannedCase, ...]) -> list[Comparison]:
    return [_verdict(exercise, index, planned, program.answer(planned)) for index, planned in enumerate(cases)]


def _verdict(exercise: Loaded, index: int, planned: PlannedCase, answer: Answer) -> Comparison:
    if answer.problem and not isinstance(planned.case.check, Raises):
        return Comparison(index=index, case=planned, outcome="wrong")
    return judge(index, planned, exercise.spec.reference, answer)
