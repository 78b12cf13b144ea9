"""The kill matrix over many seeds: no right program rejected, no wrong idea accepted, whatever was drawn.

Too slow for every day: the right programs run in this process, which is no place for a submission.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from exercises.loader import Loaded
from exercises.spec import Raises
from grader.judge import Verdict, judge
from grader.kill_matrix import Row, right_row, wrong_rows
from grader.plan import PlannedCase, make_plan
from grader.transcript import Answer
from grader.trusted import TrustedProgram


@dataclass(frozen=True, kw_only=True)
class Worst:
    """Where a row of the matrix has least room, of all seeds.

    Attributes:
      row: the row at that seed.
      seed: it.
      failures: at how many seeds there was too little room.
      passed: at how many seeds a wrong idea was accepted, or a right program rejected.
    """

    row: Row
    seed: int
    failures: int
    passed: int


def survey(exercise: Loaded, seeds: Sequence[int], progress: Callable[[float], None]) -> Iterator[Worst]:
    """Yields each wrong idea and each right program at its worst.

    Args:
      exercise: what is surveyed.
      seeds: what inputs are drawn from.
      progress: told the share of the work that is done, now and then.
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
    """Counts plans as they are worked through."""

    def __init__(self, progress: Callable[[float], None], total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def plans(self, exercise: Loaded, seeds: Sequence[int]) -> Iterator[tuple[PlannedCase, ...]]:
        for seed in seeds:
            yield make_plan(exercise, seed=seed).cases
            self._done += 1
            self._progress(self._done / self._total)


def _worst(rows: list[list[Row]], seeds: Sequence[int]) -> Iterator[Worst]:
    """Of the rows at each seed, each name's worst."""
    for same in zip(*rows, strict=True):
        row, seed = min(zip(same, seeds, strict=True), key=lambda pair: pair[0].margin)
        failures, passed = (sum(test(r) for r in same) for test in (lambda r: not r.holds, lambda r: r.margin <= 1))
        yield Worst(row=row, seed=seed, failures=failures, passed=passed)


def _verdicts(exercise: Loaded, program: TrustedProgram, cases: tuple[PlannedCase, ...]) -> list[Verdict]:
    return [_verdict(exercise, planned, program.answer(planned)) for planned in cases]


def _verdict(exercise: Loaded, planned: PlannedCase, answer: Answer) -> Verdict:
    if answer.problem and not isinstance(planned.case.check, Raises):
        return Verdict(outcome="wrong", message=f"raised {answer.problem.type}: {answer.problem.message}")
    return judge(planned, exercise.spec.reference, answer)
