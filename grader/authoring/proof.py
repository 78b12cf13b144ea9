"""The author's proof: an exercise teaches what it says only if all of these claims hold.

The starter fails and the solution passes; both have the same signatures. A case catches every misconception and every
degenerate answer, and every right variant passes, each with room to spare: the kill matrix.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np

from grader.authoring.branches import Branches, branches
from grader.authoring.kill_matrix import Cell, Row, degenerate_rows, misconception_row, right_row
from grader.course import Parameters, Reference
from grader.course.loader import COURSE, ExerciseError, Loaded, import_file, raised
from grader.judge.comparison import float64_arrays
from grader.judge.tolerance import unit
from grader.pipeline import grade
from grader.plan.cases import PlannedCase, make_plan
from grader.report import Report
from grader.reports.sentences import message
from grader.sandbox import warming
from grader.sandbox.base import Runner
from grader.sandbox.warm import WarmRunner
from grader.submission.reading import Submission

FEW = 5  # programs, for which filling the compile cache takes as long as it saves


Subject = Literal[
    "signatures",
    "texts",
    "inputs",
    "reference",
    "starter",
    "solution",
    "right variant",
    "misconception",
    "degenerate",
    "branches",
]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One thing that must be true of the exercise, and whether it is; ``proof_in_words`` says it in English.

    Attributes:
      subject: What it is about.
      name: Name of the variant, misconception or degenerate answer; empty for the others.
      holds: Whether it is true.
      reason: Why it is not, where an exception, the loader or a report says so.
      row: Its row of the kill matrix, if it has one.
      case: Name of the row's deciding case; empty if no case decides.
      ran: Whether a program was run for it.
      outcome: The outcome of that run; empty without a run.
      named: The misconceptions that the run's report names.
      branches: What became of mistakes in one branch, where the claim is about them.
    """

    subject: Subject
    name: str = ""
    holds: bool
    reason: str = ""
    row: Row | None = None
    case: str = ""
    ran: bool = False
    outcome: str = ""
    named: tuple[str, ...] = ()
    branches: Branches | None = None


@dataclass(frozen=True)
class Program:
    """A program of the exercise, and the claim that its report decides."""

    subject: Subject
    name: str
    source: str
    claim: Callable[["Program", Report], Claim]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How an exercise is proved.

    Attributes:
      seed: Seed for the random inputs.
      runner: Runs the programs.
      jobs: Number of programs to run at a time.
      course: Folder of the course that the exercise belongs to.
      progress: Called with the share of programs that have run, and which of how many is running.
    """

    seed: int
    runner: Runner
    jobs: int = 1
    course: Path = COURSE
    progress: Callable[[float, str], None] = lambda share, doing: None


def prove(exercise: Loaded, setting: Setting) -> Iterator[Claim]:
    """Yields the claims on an exercise, the quick ones first."""
    yield _signatures(exercise, setting.course)
    yield _texts(exercise)
    starter, answered = Program("starter", "", exercise.starter, _fails), True
    for claim in matrix(exercise, [starter, *right_programs(exercise), *wrong_programs(exercise)], setting):
        answered = answered and (claim.holds or claim.subject not in ("inputs", "reference"))
        yield claim
    if answered:
        yield from _branches(exercise, setting)


def right_programs(exercise: Loaded) -> list[Program]:
    """The solution and the right variants."""
    variants = (Program("right variant", v.name, v.source, _passes) for v in exercise.spec.right_variants)
    return [Program("solution", "", exercise.solution, _passes), *variants]


def wrong_programs(exercise: Loaded) -> list[Program]:
    """The misconceptions that are whole programs."""
    return [
        Program("misconception", m.name, m.source, _caught_and_named) for m in exercise.spec.misconceptions if m.source
    ]


def matrix(exercise: Loaded, programs: Sequence[Program], setting: Setting) -> Iterator[Claim]:
    """Yields a claim for each row of the kill matrix: misconceptions, degenerate answers, and then the programs.

    Nothing is run if there are no programs. If the reference has no answer, that is the only claim.
    """
    drawn = _inputs(exercise, setting)
    if not drawn.holds:
        yield drawn
        return
    cases = make_plan(exercise, seed=setting.seed).cases
    answered = _reference(exercise, cases, setting.course)
    yield answered
    if not answered.holds:
        return
    for misconception in exercise.spec.misconceptions:
        if misconception.source:  # its answers are known only when it is run
            continue
        try:
            yield _caught("misconception", misconception_row(exercise, cases, misconception), cases)
        except Exception as error:  # the exercise's own code, which may raise anything
            reason = raised(error, setting.course)
            yield Claim(subject="misconception", name=misconception.name, holds=False, reason=reason)
    for row in degenerate_rows(exercise, cases):
        yield _caught("degenerate", row, cases)
    yield from _ran(exercise, programs, setting)


def _ran(exercise: Loaded, programs: Sequence[Program], setting: Setting) -> Iterator[Claim]:
    def run(program: Program) -> Report:
        name = f"{program.subject} {program.name}".strip().replace(" ", "_")
        submission = Submission(name=f"{name}.py", source=program.source)
        return grade(exercise, submission, seed=setting.seed, runner=setting.runner)

    if isinstance(setting.runner, WarmRunner) and len(programs) > FEW:
        setting.runner.fill(islice(warming.programs(exercise), 1))
    with ThreadPoolExecutor(setting.jobs) as pool:
        reports = pool.map(run, programs)
        for done, program in enumerate(programs):
            setting.progress(done / len(programs), f"program {done + 1} of {len(programs)}")
            yield program.claim(program, next(reports))


def _inputs(exercise: Loaded, setting: Setting) -> Claim:
    """Whether the inputs of every case can be drawn as the exercise describes them."""
    for case in (*exercise.spec.cases, *exercise.spec.situations):
        try:
            make_plan(replace(exercise, spec=replace(exercise.spec, cases=(case,), situations=())), seed=setting.seed)
        except Exception as error:
            return Claim(subject="inputs", holds=False, reason=f'"{case.name}": {raised(error, setting.course)}')
    return Claim(subject="inputs", holds=True)


def _reference(exercise: Loaded, cases: tuple[PlannedCase, ...], course: Path) -> Claim:
    """Whether the reference has a value for every case, and a tolerance for every value."""
    for planned in cases:
        try:
            fault = _unanswered(planned, exercise.spec.reference)
        except Exception as error:
            fault = raised(error, course)
        if fault:
            return Claim(subject="reference", holds=False, reason=f'"{planned.case.name}": {fault}')
    return Claim(subject="reference", holds=True)


def _unanswered(planned: PlannedCase, reference: Reference) -> str:
    """What is wrong with the reference's answer in a case; empty if nothing is."""
    check = planned.case.check
    if isinstance(check, Parameters):
        reference.parameters({"x": planned.x.astype(np.float64)}, planned.arguments)
    asked = check.expected(reference)
    if asked is None:
        return ""
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


def _branches(exercise: Loaded, setting: Setting) -> Iterator[Claim]:
    """Whether a mistake would be caught wherever it is made, if it is made in one branch only; if any can be."""
    try:
        found = branches(exercise, make_plan(exercise, seed=setting.seed))
    except Exception as error:  # the exercise's own code, which may raise anything
        yield Claim(subject="branches", holds=False, reason=raised(error, setting.course))
        return
    if found.caught or found.survivors:
        yield Claim(subject="branches", holds=not found.survivors, branches=found)


def _texts(exercise: Loaded) -> Claim:
    """Whether the statement has a title, and each misconception's text ends in a question that leads on."""
    faults = [] if exercise.statement.startswith("# ") else ['the statement must start with a title, "# ..."']
    ends = [m.name for m in exercise.spec.misconceptions if not m.text.rstrip().endswith("?")]
    faults += [f"the text of misconception {name} must end in a question that leads on" for name in ends]
    return Claim(subject="texts", holds=not faults, reason="; ".join(faults))


def _caught(subject: Subject, row: Row, cases: tuple[PlannedCase, ...]) -> Claim:
    case = "" if row.deciding is None else cases[row.deciding].case.name
    return Claim(subject=subject, name=row.name, holds=row.holds, row=row, case=case)


def _signatures(exercise: Loaded, course: Path) -> Claim:
    try:
        starter, solution = (_signature(exercise, course, name) for name in ("starter.py", "solution.py"))
    except ExerciseError as error:
        return Claim(subject="signatures", holds=False, reason=str(error))
    same = starter == solution
    return Claim(subject="signatures", holds=same, reason="" if same else f"{starter} and {solution}")


def _signature(exercise: Loaded, course: Path, filename: str) -> str:
    """The entry's signature; for a class, that of its call too."""
    module = import_file(course, exercise.slug, filename)
    entry = getattr(module, exercise.spec.entry.name, None)
    if not callable(entry):
        raise ExerciseError(f"{exercise.slug}/{filename} defines no {exercise.spec.entry.name}")
    if not isinstance(entry, type):
        return f"{_own_part(inspect.signature(entry))}"
    # A class whose metaclass takes the calls, such as an NNX module, has no useful signature of its own.
    return f"{_own_part(inspect.signature(entry.__init__))} {inspect.signature(entry.__call__)}"


def _own_part(signature: inspect.Signature) -> inspect.Signature:
    """The signature without the parameters that Flax adds to every module."""
    own = [parameter for name, parameter in signature.parameters.items() if name not in ("parent", "name")]
    return signature.replace(parameters=own, return_annotation=inspect.Signature.empty)


def _fails(program: Program, report: Report) -> Claim:
    holds = report.outcome == "wrong" and report.score == 0
    reason = _why(report) if report.outcome == "not_checked" else ""  # of a case, it would say why it fails
    return Claim(subject=program.subject, holds=holds, reason=reason, ran=True, outcome=report.outcome)


def _caught_and_named(program: Program, report: Report) -> Claim:
    """A misconception that is a whole program: only a run tells how far it is from right."""
    cells = (None if c.outcome == "skipped" else Cell(math.inf if c.margin is None else c.margin) for c in report.cases)
    row = Row(name=program.name, kind="misconception", cells=tuple(cells))
    named = {"+".join(idea.name for idea in c.diagnosis.ideas) for c in report.cases if c.diagnosis}
    return Claim(
        subject=program.subject,
        name=program.name,
        holds=report.outcome == "wrong" and row.holds and named == {program.name},
        row=row,
        case=_deciding(row, report),
        ran=True,
        outcome=report.outcome,
        named=tuple(sorted(named)),
    )


def _passes(program: Program, report: Report) -> Claim:
    row = right_row(program.name or program.subject, report.cases)
    passes = report.outcome == "right" and report.score == report.max_score
    return Claim(
        subject=program.subject,
        name=program.name,
        holds=passes and row.holds,
        reason="" if passes else _why(report),
        row=row,
        case=_deciding(row, report),
        ran=True,
        outcome=report.outcome,
    )


def _deciding(row: Row, report: Report) -> str:
    return "" if row.deciding is None else report.cases[row.deciding].name


def _why(report: Report) -> str:
    """The first message of a report; empty if nothing is wrong."""
    if report.error:
        return message(report.error.finding)
    return next((f"{c.name}: {message(c.finding)}" for c in report.cases if c.outcome != "right"), "")
