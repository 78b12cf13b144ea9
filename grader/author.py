"""The author's proof: an exercise teaches what it says only if all of this holds.

The starter fails. The solution passes. Both have the same signatures. Every misconception and every answer that takes
no thought is caught by a case, and every right variant passes, each with room to spare: the kill matrix.
"""

import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from exercises.loader import COURSE, ExerciseError, Loaded, import_file
from grader.kill_matrix import Row, right_row, wrong_rows
from grader.pipeline import grade
from grader.plan import PlannedCase, make_plan
from grader.report import Report
from grader.runners.base import Runner
from grader.submission import Submission


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was to be proved.

    Attributes:
      what: in words.
      holds: whether it does.
      detail: by how much, or why not.
      row: its row of the kill matrix, if it has one.
    """

    what: str
    holds: bool
    detail: str = ""
    row: Row | None = None


def prove(exercise: Loaded, *, seed: int, runner: Runner, jobs: int, course: Path = COURSE) -> Iterator[Finding]:
    """Yields the findings on an exercise, the quick ones first.

    Args:
      exercise: what is to be proved.
      seed: draws the cases' inputs.
      runner: runs starter, solution and right variants.
      jobs: how many of them at a time.
      course: the folder that the exercise was read from.
    """
    yield _signatures(exercise, course)
    cases = make_plan(exercise, seed=seed).cases
    for row in wrong_rows(exercise, cases):
        yield _caught(row, cases)

    def run(name: str, source: str) -> Report:
        return grade(exercise, Submission(name=name, source=source), seed=seed, runner=runner)

    programs: list[tuple[str, str, Callable[[str, Report], Finding]]] = [
        ("starter", exercise.starter, _fails),
        ("solution", exercise.solution, _passes),
        *((f"right variant {v.name}", v.source, _passes) for v in exercise.spec.right_variants),
    ]
    with ThreadPoolExecutor(jobs) as pool:
        reports = pool.map(lambda p: run(f"{p[0].replace(' ', '_')}.py", p[1]), programs)
        for (name, _, finding), report in zip(programs, reports, strict=True):
            yield finding(name, report)


def _caught(row: Row, cases: tuple[PlannedCase, ...]) -> Finding:
    if row.deciding is None or row.margin <= 1:
        detail = "no case tells it from the solution"
    else:
        cell = row.cells[row.deciding]
        how = f"refused: {cell.refused}" if cell and cell.refused else f"{row.margin:.2g} times what is allowed"
        detail = f'by "{cases[row.deciding].case.name}", {how}'
    return Finding(what=f"{row.kind} {row.name} is caught", holds=row.holds, detail=detail, row=row)


def _signatures(exercise: Loaded, course: Path) -> Finding:
    what = "starter and solution have the same signatures"
    try:
        starter, solution = (_signature(exercise, course, name) for name in ("starter.py", "solution.py"))
    except (ExerciseError, AttributeError) as error:
        return Finding(what=what, holds=False, detail=str(error))
    return Finding(
        what=what, holds=starter == solution, detail="" if starter == solution else f"{starter} and {solution}"
    )


def _signature(exercise: Loaded, course: Path, filename: str) -> str:
    """The entry's signature, and for a class that of its call."""
    module = import_file(course, exercise.slug, filename)
    entry = getattr(module, exercise.spec.entry.name)
    return f"{inspect.signature(entry)} {inspect.signature(entry.__call__)}"


def _fails(name: str, report: Report) -> Finding:
    holds = report.outcome == "wrong" and report.score == 0
    return Finding(what=f"{name} fails", holds=holds, detail="" if holds else _why(report, "it earned points"))


def _passes(name: str, report: Report) -> Finding:
    row = right_row(name.removeprefix("right variant "), report.cases)
    passes = report.outcome == "right" and report.score == report.max_score
    detail = "" if passes else _why(report, "it lost points")
    if passes and not row.holds and row.deciding is not None:
        detail = f'"{report.cases[row.deciding].name}" allows only {row.margin:.2g} times its error'
    return Finding(what=f"{name} passes", holds=passes and row.holds, detail=detail, row=row)


def _why(report: Report, otherwise: str) -> str:
    if report.error:
        return report.error.message
    return next((f"{c.name}: {c.message}" for c in report.cases if c.outcome != "right"), otherwise)
