"""The author's proof: an exercise teaches what it says only if all of this holds.

The starter fails. The solution passes. Both have the same signatures. Every misconception is caught by a case. Every
right variant passes.
"""

import inspect
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from exercises.loader import COURSE, ExerciseError, Loaded, import_file
from exercises.spec import Misconception
from grader.diagnosis.matching import simulated
from grader.judge import judge
from grader.pipeline import grade
from grader.plan import PlannedCase, make_plan
from grader.report import Report
from grader.runners.base import Runner
from grader.submission import Submission
from grader.transcript import Answer


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was to be proved.

    Attributes:
      what: in words.
      holds: whether it does.
      detail: by how much, or why not.
    """

    what: str
    holds: bool
    detail: str = ""


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
    for misconception in exercise.spec.misconceptions:
        yield _caught(exercise, cases, misconception)

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


def margins(exercise: Loaded, cases: tuple[PlannedCase, ...], misconception: Misconception) -> dict[str, float]:
    """By how many times a wrong idea exceeds what each case allows; infinite where the case refuses it outright."""
    found = {}
    for planned in cases:
        arrays = simulated(misconception, planned, exercise.spec.reference)
        if arrays is None:
            continue
        # Float64 itself would be refused as a dtype: the answer is what a program in the input's dtype would return.
        answered = {name: a.astype(planned.x.dtype) if name == "value" else a for name, a in arrays.items()}
        verdict = judge(planned, exercise.spec.reference, Answer(arrays=answered, problem=None, printed=""))
        refused = math.inf if verdict.outcome == "wrong" else 0.0
        found[planned.case.name] = refused if verdict.margin is None else verdict.margin
    return found


def _caught(exercise: Loaded, cases: tuple[PlannedCase, ...], misconception: Misconception) -> Finding:
    found = margins(exercise, cases, misconception)
    case, margin = max(found.items(), key=lambda item: item[1], default=("no case", 0.0))
    how = "refused" if math.isinf(margin) else f"{margin:.2g} times what is allowed"
    detail = f'by "{case}", {how}' if margin > 1 else "no case tells it from the solution"
    return Finding(what=f"misconception {misconception.name} is caught", holds=margin > 1, detail=detail)


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
    module = import_file(course / exercise.slug / filename, f"exercises.{exercise.slug}.{filename.removesuffix('.py')}")
    entry = getattr(module, exercise.spec.entry.name)
    return f"{inspect.signature(entry)} {inspect.signature(entry.__call__)}"


def _fails(name: str, report: Report) -> Finding:
    holds = report.outcome == "wrong" and report.score == 0
    return Finding(what=f"{name} fails", holds=holds, detail="" if holds else _why(report, "it earned points"))


def _passes(name: str, report: Report) -> Finding:
    holds = report.outcome == "right" and report.score == report.max_score
    return Finding(what=f"{name} passes", holds=holds, detail="" if holds else _why(report, "it lost points"))


def _why(report: Report, otherwise: str) -> str:
    if report.error:
        return report.error.message
    return next((f"{c.name}: {c.message}" for c in report.cases if c.outcome != "right"), otherwise)
