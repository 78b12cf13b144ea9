"""The author's proof: an exercise teaches what it says only if all of this holds.

The starter fails. The solution passes. Both have the same signatures. Every misconception and every answer that takes
no thought is caught by a case, and every right variant passes, each with room to spare: the kill matrix.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from exercises.loader import COURSE, ExerciseError, Loaded, import_file, raised
from exercises.spec import Gradient, Parameters, Reference, Value
from grader import filling
from grader.judge import float64_arrays
from grader.kill_matrix import Cell, Row, degenerate_rows, misconception_row, right_row
from grader.pipeline import grade
from grader.plan import PlannedCase, make_plan
from grader.report import Report
from grader.runners.base import Runner
from grader.runners.warm import WarmRunner
from grader.submission import Submission
from grader.tolerance import unit

FEW = 5  # programs, for which filling the compile cache takes as long as it saves


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


@dataclass(frozen=True)
class Program:
    """A program of the exercise's, with what its report is to prove."""

    name: str
    source: str
    finding: Callable[[str, Report], Finding]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Under what an exercise is proved.

    Attributes:
      seed: draws the cases' inputs.
      runner: runs the programs.
      jobs: how many of them at a time.
      course: the folder that the exercise was read from.
      progress: told the share of the programs that have been run, and which of how many is running.
    """

    seed: int
    runner: Runner
    jobs: int = 1
    course: Path = COURSE
    progress: Callable[[float, str], None] = lambda share, doing: None  # noqa: ARG005 - nobody waits


def prove(exercise: Loaded, setting: Setting) -> Iterator[Finding]:
    """Yields the findings on an exercise, the quick ones first."""
    yield _signatures(exercise, setting.course)
    yield _words(exercise)
    programs = [Program("starter", exercise.starter, _fails), *right_programs(exercise), *wrong_programs(exercise)]
    yield from matrix(exercise, programs, setting)


def right_programs(exercise: Loaded) -> list[Program]:
    """The solution and the right variants."""
    variants = (Program(f"right variant {v.name}", v.source, _passes) for v in exercise.spec.right_variants)
    return [Program("solution", exercise.solution, _passes), *variants]


def wrong_programs(exercise: Loaded) -> list[Program]:
    """The misconceptions that are whole programs."""
    return [Program(f"misconception {m.name}", m.source, _shows) for m in exercise.spec.misconceptions if m.source]


def matrix(exercise: Loaded, programs: Sequence[Program], setting: Setting) -> Iterator[Finding]:
    """Yields a finding for each row of the kill matrix: wrong ideas, thoughtless answers, and then the programs.

    Without programs nothing is run. Where the reference itself does not answer, that is the only finding.
    """
    drawn = _drawn(exercise, setting)
    if not drawn.holds:
        yield drawn
        return
    cases = make_plan(exercise, seed=setting.seed).cases
    answers = _answers(exercise, cases, setting.course)
    yield answers
    if not answers.holds:
        return
    for misconception in exercise.spec.misconceptions:
        if misconception.source:  # what it answers is seen only when it is run
            continue
        try:
            yield _caught(misconception_row(exercise, cases, misconception), cases)
        except Exception as error:  # noqa: BLE001 - the same
            what = f"misconception {misconception.name} is caught"
            yield Finding(what=what, holds=False, detail=raised(error, setting.course))
    for row in degenerate_rows(exercise, cases):
        yield _caught(row, cases)
    yield from _ran(exercise, programs, setting)


def _ran(exercise: Loaded, programs: Sequence[Program], setting: Setting) -> Iterator[Finding]:
    def run(program: Program) -> Report:
        submission = Submission(name=f"{program.name.replace(' ', '_')}.py", source=program.source)
        return grade(exercise, submission, seed=setting.seed, runner=setting.runner)

    if isinstance(setting.runner, WarmRunner) and len(programs) > FEW:
        setting.runner.fill(islice(filling.programs(exercise), 1))
    with ThreadPoolExecutor(setting.jobs) as pool:
        reports = pool.map(run, programs)
        for done, program in enumerate(programs):
            setting.progress(done / len(programs), f"program {done + 1} of {len(programs)}")
            yield program.finding(program.name, next(reports))


def _drawn(exercise: Loaded, setting: Setting) -> Finding:
    """Whether the inputs can be made as they are described."""
    what = "every case can be drawn"
    for case in exercise.spec.cases:
        try:
            make_plan(replace(exercise, spec=replace(exercise.spec, cases=(case,))), seed=setting.seed)
        except Exception as error:  # noqa: BLE001 - the exercise's code and numbers, whatever they do
            return Finding(what=what, holds=False, detail=f'"{case.name}": {raised(error, setting.course)}')
    return Finding(what=what, holds=True)


def _answers(exercise: Loaded, cases: tuple[PlannedCase, ...], course: Path) -> Finding:
    """Whether the reference has a value for every case, and a tolerance for every value."""
    what = "the reference answers every case"
    for planned in cases:
        try:
            fault = _unanswered(planned, exercise.spec.reference)
        except Exception as error:  # noqa: BLE001 - the exercise's code, whatever it does
            fault = raised(error, course)
        if fault:
            return Finding(what=what, holds=False, detail=f'"{planned.case.name}": {fault}')
    return Finding(what=what, holds=True)


def _unanswered(planned: PlannedCase, reference: Reference) -> str:
    """What is wrong with the reference's answer in a case; nothing, if all is well."""
    check = planned.case.check
    if isinstance(check, Parameters):
        reference.parameters({"x": planned.x.astype(np.float64)}, planned.arguments)
    if not isinstance(check, Value | Gradient):
        return ""
    asked = reference.differentiated(check.of) if isinstance(check, Gradient) else reference
    arrays, epsilon = float64_arrays(planned, reference), unit(reference, planned.x.dtype)
    value, moved = asked.value(arrays, planned.arguments), asked.moved(arrays, planned.arguments, epsilon)
    for name, array in (("value", value), ("moved", moved)):
        if not isinstance(array, np.ndarray | np.float64) or array.dtype != np.float64:
            return f"{name} must return a float64 array; it returns {getattr(array, 'dtype', type(array).__name__)}"
        if not np.isfinite(array).all():
            return f"{name} must be finite everywhere; it is not"
    if value.shape != moved.shape:
        return f"moved must have the shape of value, {value.shape}; it has {moved.shape}"
    return "moved must be 0 or more everywhere; it is not" if (moved < 0).any() else ""


def _words(exercise: Loaded) -> Finding:
    """What a learner reads first and last: the statement has a title, and an explanation leads on."""
    faults = [] if exercise.statement.startswith("# ") else ['the statement must begin with a title, "# ..."']
    ends = [m.name for m in exercise.spec.misconceptions if not m.text.rstrip().endswith("?")]
    faults += [f"the text of misconception {name} must end in a question that leads on" for name in ends]
    return Finding(what="statement and explanations are in form", holds=not faults, detail="; ".join(faults))


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
    except ExerciseError as error:
        return Finding(what=what, holds=False, detail=str(error))
    return Finding(
        what=what, holds=starter == solution, detail="" if starter == solution else f"{starter} and {solution}"
    )


def _signature(exercise: Loaded, course: Path, filename: str) -> str:
    """The entry's signature, and for a class that of its call."""
    module = import_file(course, exercise.slug, filename)
    entry = getattr(module, exercise.spec.entry.name, None)
    if not callable(entry):
        raise ExerciseError(f"{exercise.slug}/{filename} defines no {exercise.spec.entry.name}")
    if not isinstance(entry, type):
        return f"{_own_part(inspect.signature(entry))}"
    # A class's own signature is lost where its metaclass takes calls, as that of NNX modules does.
    return f"{_own_part(inspect.signature(entry.__init__))} {inspect.signature(entry.__call__)}"


def _own_part(signature: inspect.Signature) -> inspect.Signature:
    """Without what Flax adds to every module."""
    own = [parameter for name, parameter in signature.parameters.items() if name not in ("parent", "name")]
    return signature.replace(parameters=own, return_annotation=inspect.Signature.empty)


def _fails(name: str, report: Report) -> Finding:
    holds = report.outcome == "wrong" and report.score == 0
    return Finding(what=f"{name} fails", holds=holds, detail="" if holds else _why(report, "it earned points"))


def _shows(name: str, report: Report) -> Finding:
    """A program with a wrong idea, which is told from right by what comes of running it."""
    name = name.removeprefix("misconception ")
    cells = (None if c.outcome == "skipped" else Cell(math.inf if c.margin is None else c.margin) for c in report.cases)
    row = Row(name=name, kind="misconception", cells=tuple(cells))
    named = {c.diagnosis.misconception for c in report.cases if c.diagnosis}
    holds = report.outcome == "wrong" and row.holds and named == {name}
    detail = "" if holds else f"it is {report.outcome}, named {', '.join(sorted(named)) or 'nothing'}"
    return Finding(what=f"misconception {name} is caught and named", holds=holds, detail=detail, row=row)


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
