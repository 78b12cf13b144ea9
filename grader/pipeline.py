"""The way of a submission; read this first.

file -> submission -> plan -> sandbox (worker and student code) -> transcript -> comparisons -> diagnosis -> report

Expected values, tolerances and misconceptions exist on the judge's side of the wire only. Each case is compared once,
in the sandbox's follow-up; whoever has something to say of it reads that comparison.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from grader.course import Raises
from grader.course.loader import Loaded
from grader.diagnosis.departure import case_to_trace, departure
from grader.diagnosis.diagnose import diagnose
from grader.diagnosis.error_map import error_map
from grader.findings.base import Finding
from grader.findings.of_case import Broke, GraderFailed, Needs, NotRepeated, NotStarted
from grader.judge import endings, redaction, repetition, signature
from grader.judge.comparison import Comparison, agreed
from grader.judge.judge import judge
from grader.judge.programs import in_situations
from grader.plan.cases import Plan, PlannedCase, make_plan
from grader.plan.situations import situations
from grader.report import CaseResult, Departure, Diagnosis, ErrorMap, Report, ReportError, refused
from grader.reports.sentences import OUTPUT_CUT, message
from grader.sandbox.base import Look, Request, Run, Runner
from grader.sandbox.transcript import Answer
from grader.submission.reader import ReaderError, read_data, read_submission
from grader.submission.reading import Submission, UnreadableError
from grader.submission.which_file import Asked

ATTEMPTS = 4  # further runs, without what failed on import
SLOW = 0.5  # of a run that is out of time, the part that an import may take
FAILED_ON_IMPORT = ("blocked", "exited", "forbidden", "import", "memory", "raised", "syntax")  # of a worker's words

_LOG = logging.getLogger("grader")
_LOG.addHandler(logging.NullHandler())  # without one, Python prints to standard error


def check_file(exercise: Loaded, path: Path, *, seed: int, runner: Runner, hidden: bool = False) -> Report:
    """Grades a student's file.

    Args:
      exercise: the exercise being graded.
      path: the file.
      seed: reproduces every input.
      runner: where the student's code runs.
      hidden: the seed is secret, and the report gives away neither it nor what is drawn from it.

    Raises:
      NoSuchFileError: if there is no file to read.
    """
    read = partial(read_submission, path, asked_of(exercise))
    return _read_and_graded(exercise, read, seed=seed, runner=runner, hidden=hidden)


def check_bytes(exercise: Loaded, data: bytes, *, name: str, seed: int, runner: Runner, hidden: bool = False) -> Report:
    """Grades a file's bytes; see ``check_file``.

    Args:
      exercise: the exercise being graded.
      data: the bytes.
      name: the file's name; a notebook's ends in ".ipynb".
      seed: reproduces every input.
      runner: where the student's code runs.
      hidden: as for ``check_file``.
    """
    read = partial(read_data, data, asked_of(exercise), name=name)
    return _read_and_graded(exercise, read, seed=seed, runner=runner, hidden=hidden)


def _read_and_graded(
    exercise: Loaded, read: Callable[[], Submission], *, seed: int, runner: Runner, hidden: bool
) -> Report:
    try:
        submission = read()
    except UnreadableError as error:
        return rejected(exercise, refused(error.kind, str(error)), seed=seed, hidden=hidden)
    except ReaderError as error:
        _LOG.exception("reading a submission failed")
        return rejected(exercise, refused("grader", str(error)), seed=seed, hidden=hidden, fault=True)
    return grade(exercise, submission, seed=seed, runner=runner, hidden=hidden)


def asked_of(exercise: Loaded, file: str = "") -> Asked:
    """What students were asked for.

    Args:
      exercise: the exercise being graded.
      file: the name of the file that is meant; empty if none is named.
    """
    return Asked(slug=exercise.slug, entry=exercise.spec.entry.name, starter=exercise.starter, file=file)


def grade(exercise: Loaded, submission: Submission, *, seed: int, runner: Runner, hidden: bool = False) -> Report:
    """Grades a submission that has been read; see ``check_file``."""
    isolation = runner.isolation  # tried before the first submission
    began = time.monotonic()
    plan = make_plan(exercise, seed=seed, hidden=hidden)
    submission, run, comparisons = _run(exercise, plan, submission, runner)
    error = _overall_error(plan, submission, run)
    fault = run.ending.kind == "not_started"
    notes = [*submission.notes, *map(message, submission.left_out), *([OUTPUT_CUT] if run.transcript.cut else [])]
    if error:
        comparisons, cases = [], _all_alike(plan, error.finding, fault=fault)
    else:
        comparisons = _with_needs(agreed(comparisons))
        diagnoses = _diagnoses(exercise, plan, comparisons)
        told = _with_signature(exercise, run, comparisons)
        cases = tuple(_result(plan, run, c, diagnoses.get(c.index)) for c in told)
    return Report(
        exercise=exercise.slug,
        cases=_with_output(cases, run),
        seed=None if hidden else seed,
        seconds=time.monotonic() - began,
        isolation=isolation,
        note=" ".join(note for note in (exercise.spec.practice, runner.note, *_sentences(notes)) if note),
        error=error,
        fault=fault,
        departure=None if error or hidden else _departure(exercise, plan, submission, run, comparisons),
        error_map=None if error or hidden else _error_map(comparisons, cases),
        digest=submission.digest,
        left_out=submission.left_out,
    )


def _run(
    exercise: Loaded, plan: Plan, submission: Submission, runner: Runner
) -> tuple[Submission, Run, list[Comparison]]:
    """Runs a submission; where its top level fails, without what the entry does not need, if that gets through."""
    first = run, _ = run_and_compare(exercise, plan, submission, runner)
    less = submission
    for _ in range(ATTEMPTS):
        if (less := _without_failure(plan, less, run)) is None:
            break
        run, comparisons = run_and_compare(exercise, plan, less, runner)
        if run.transcript.loaded:
            return less, run, comparisons
    return submission, *first


def _without_failure(plan: Plan, submission: Submission, run: Run) -> Submission | None:
    """A submission whose import failed, or left no time for its cases, without what its entry does not need."""
    problem, ending = run.transcript.rejected, run.ending.kind
    if run.transcript.loaded:
        slow = ending == "time" and run.imported > SLOW * run.seconds
        return submission.without_failure(plan.entry.name, None, "slow") if slow else None
    if ending == "not_started" or (problem and problem.kind not in FAILED_ON_IMPORT):
        return None
    line = next((line for line, _ in problem.frames), None) if problem else None
    return submission.without_failure(plan.entry.name, line, problem.kind if problem else ending)


def run_and_compare(
    exercise: Loaded, plan: Plan, submission: Submission, runner: Runner, *, look: Look | None = None
) -> tuple[Run, list[Comparison]]:
    """Runs a submission and compares each case once; the comparisons are by themselves, needs are not looked at yet.

    Args:
      exercise: the exercise being graded.
      plan: its cases.
      submission: the program.
      runner: where it runs.
      look: what the worker is asked for besides; None for a trace of the wrong case that shows most.
    """
    made: dict[int, tuple[Answer, Comparison]] = {}

    def answered(run: Run) -> dict[int, Comparison]:
        """The comparisons of the answers, each made when it is asked for first."""
        for index, answer in sorted(run.transcript.answers.items()):
            if index not in made or made[index][0] is not answer:
                made[index] = (answer, _compared(exercise, plan, submission, index, answer))
        return {index: made[index][1] for index in run.transcript.answers}

    asked = () if look else situations(exercise, plan)
    programs = tuple(one.message for one in asked)
    # JAX cannot trace NumPy, which takes microseconds to run.
    inputs = tuple(one.inputs() for one in asked) if plan.entry.arrays == "numpy" else ()

    def follow_up(run: Run) -> Look | None:
        if look or plan.hidden:  # a hidden run is compared when it is redacted
            return look or _anything(Look(again=repetition.to_repeat(plan), programs=programs, inputs=inputs))
        found = list(answered(run).values())
        wrong = [c.index for c in found if c.outcome == "wrong"]
        measured = [c.index for c in found if c.outcome == "wrong" and c.margin is not None]
        again, case = repetition.to_repeat(plan, measured), case_to_trace(exercise, found)
        if wrong:
            return _anything(Look(case, again=again))
        return _anything(Look(case, again=again, programs=programs, inputs=inputs))

    request = Request(
        plan=plan, submission=submission, solution=Submission(name="solution.py", source=exercise.solution)
    )
    run = runner.run(request, follow_up=follow_up)
    if plan.hidden:  # before anything is compared
        run = redaction.without_words(run, submission.source, plan.forbidden)
    found = {i: repetition.repeated(c, run.transcript.repeated) for i, c in answered(run).items()}
    for index in range(len(plan.cases)):
        if index not in found:
            ending = endings.of_ending(run, plan, index)
            found[index] = Comparison(index=index, case=plan.cases[index], outcome="wrong", finding=ending)
    if all(comparison.outcome == "right" for comparison in found.values()):
        found.update(in_situations(asked, run.transcript.programs, exercise.spec.reference))
    return run, [found[index] for index in range(len(plan.cases))]


def _anything(look: Look) -> Look | None:
    """The look, if it asks for anything."""
    return None if look.case is None and not look.again and not look.programs else look


def _compared(exercise: Loaded, plan: Plan, submission: Submission, index: int, answer: Answer) -> Comparison:
    planned = plan.cases[index]
    try:
        if answer.problem and not isinstance(planned.case.check, Raises):
            found = endings.of_problem(answer.problem, entry=plan.entry.name, submission=submission)
            return Comparison(index=index, case=planned, outcome="wrong", finding=found)
        return judge(index, planned, exercise.spec.reference, answer)
    except Exception as error:  # a fault of ours is never the student's
        _LOG.exception('comparing "%s" of %s failed', planned.case.name, exercise.slug)
        fault = GraderFailed(type=type(error).__name__, message=str(error))
        return Comparison(index=index, case=planned, outcome="not_checked", finding=fault)


def _with_needs(comparisons: list[Comparison]) -> list[Comparison]:
    """Answered cases whose needs are not right are skipped."""
    outcomes = {c.case.case.name: c.outcome for c in comparisons}
    found = []
    for c in comparisons:
        missing = [name for name in c.case.case.needs if outcomes[name] != "right"]
        if missing and not isinstance(c.finding, endings.NOT_ANSWERED):
            c = replace(c, outcome="skipped", finding=Needs(case=missing[0]), margin=None)
            outcomes[c.case.case.name] = "skipped"
        found.append(c)
    return found


def _with_signature(exercise: Loaded, run: Run, comparisons: list[Comparison]) -> list[Comparison]:
    """A wrong signature takes the first case, whatever its values are.

    No case passes by position what it can pass by name, so it would go unseen; it is one mistake, so it costs one case,
    and the values of all others still earn and teach. Where the program broke or ended in the first case, that is told.
    """
    first = comparisons[0]
    broke = isinstance(first.finding, (Broke, *endings.NOT_ANSWERED)) or first.outcome == "not_checked"
    found = None if broke else signature.differing(exercise.starter, exercise.spec.entry, run.transcript.signatures)
    return [replace(first, outcome="wrong", finding=found, margin=None), *comparisons[1:]] if found else comparisons


def _result(plan: Plan, run: Run, comparison: Comparison, diagnosis: Diagnosis | None) -> CaseResult:
    planned, told = comparison.case, redaction.comparison(comparison) if plan.hidden else comparison
    answer = run.transcript.answers.get(comparison.index)
    return CaseResult(
        name=planned.case.name,
        seed=None if planned.hidden else planned.seed,
        visibility=_visibility(planned),
        outcome=told.outcome,
        points=planned.case.points if told.outcome == "right" else 0.0,
        max_points=planned.case.points,
        situation=planned.situation(),
        finding=told.finding,
        output=answer.printed if answer else "",
        diagnosis=diagnosis if told.outcome == "wrong" else None,
        margin=told.margin,
    )


def _overall_error(plan: Plan, submission: Submission, run: Run) -> ReportError | None:
    """What kept the submission from reaching its first case, if anything did."""
    transcript = run.transcript
    if transcript.rejected:
        found = endings.of_problem(transcript.rejected, entry=plan.entry.name, submission=submission)
        return ReportError(kind=found.why, finding=found)
    if run.ending.kind == "not_started":
        return ReportError(kind="grader", finding=NotStarted(detail=run.ending.detail))
    if not transcript.loaded:
        return ReportError(kind=run.ending.kind, finding=endings.while_importing(run))
    return None


def _diagnoses(exercise: Loaded, plan: Plan, comparisons: Sequence[Comparison]) -> dict[int, Diagnosis]:
    """What explains the answers, by the case's index. It adds to a verdict and never takes one away."""
    if all(c.outcome != "wrong" for c in comparisons):
        return {}
    if any(isinstance(c.finding, NotRepeated) for c in comparisons):  # values then depend on more than their case
        return {}
    answered = [c for c in comparisons if not isinstance(c.finding, endings.NOT_ANSWERED)]
    try:
        found = diagnose(exercise.spec, answered)
    except Exception:  # a failing diagnosis must not cost the verdict
        _LOG.exception("the diagnosis of %s failed", exercise.slug)
        return {}
    if plan.hidden:
        found = {index: redaction.diagnosis(told) for index, told in found.items()}
    return {index: told for index, told in found.items() if told}


def _departure(
    exercise: Loaded, plan: Plan, submission: Submission, run: Run, comparisons: Sequence[Comparison]
) -> Departure | None:
    """Where a wrong program goes wrong. As a diagnosis, it never costs a verdict."""
    if all(c.outcome != "wrong" for c in comparisons):
        return None
    try:
        return departure(exercise, plan, submission, comparisons, run.transcript.traced)
    except Exception:
        _LOG.exception("finding the line in a submission for %s failed", exercise.slug)
        return None


def _error_map(comparisons: Sequence[Comparison], cases: Sequence[CaseResult]) -> ErrorMap | None:
    """The first wrong case's error, for a picture; which never costs a verdict either."""
    try:
        return error_map(comparisons, cases)
    except Exception:
        _LOG.exception("drawing the error failed")
        return None


def rejected(exercise: Loaded, error: ReportError, *, seed: int, hidden: bool = False, fault: bool = False) -> Report:
    """The report on what was not run at all.

    Args:
      exercise: the exercise being graded.
      error: why.
      seed: as for ``check_file``.
      hidden: as for ``check_file``.
      fault: whether that is ours, and not the student's.
    """
    plan = make_plan(exercise, seed=seed, hidden=hidden)
    cases = _all_alike(plan, error.finding, fault=fault)
    shown = None if hidden else seed
    return Report(exercise=exercise.slug, cases=cases, seed=shown, seconds=0.0, error=error, fault=fault)


def _all_alike(plan: Plan, finding: Finding, *, fault: bool) -> tuple[CaseResult, ...]:
    """One finding for every case."""
    return tuple(
        CaseResult(
            name=planned.case.name,
            seed=None if planned.hidden else planned.seed,
            visibility=_visibility(planned),
            outcome="not_checked" if fault else "wrong",
            points=0.0,
            max_points=planned.case.points,
            situation=planned.situation(),
            finding=finding,
        )
        for planned in plan.cases
    )


def _visibility(planned: PlannedCase) -> Literal["public", "hidden"]:
    return "hidden" if planned.hidden else "public"


def _sentences(notes: Sequence[str]) -> list[str]:
    return [f"{note[0].upper()}{note[1:]}." for note in notes]


def _with_output(cases: tuple[CaseResult, ...], run: Run) -> tuple[CaseResult, ...]:
    """Adds what was printed outside of answered cases.

    What was printed at import goes to the first case that is not right, where it is shown; what was printed
    before the run broke off, to the case in which it did.
    """
    outputs = {index: case.output for index, case in enumerate(cases)}
    if run.ending.kind != "finished" and cases:
        outputs[min(endings.stopped_at(run), len(cases) - 1)] += run.printed
    not_right = (index for index, case in enumerate(cases) if case.outcome != "right")
    if run.transcript.printed:
        first = next(not_right, 0)
        outputs[first] = run.transcript.printed + outputs[first]
    return tuple(replace(case, output=outputs[index]) for index, case in enumerate(cases))
