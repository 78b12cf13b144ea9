"""The way of a submission.

file -> submission -> plan -> wire -> worker (in its runner) -> wire -> judge -> diagnosis -> report

Expected values, tolerances and misconceptions exist on this side of the wire only.
"""

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from exercises.loader import Loaded
from exercises.spec import Raises, Value
from grader import hidden as concealing
from grader import sentences
from grader.diagnosis.departure import case_to_trace, departure
from grader.diagnosis.diagnose import diagnose
from grader.diagnosis.error_map import error_map
from grader.judge import DIGITS, Verdict, judge
from grader.plan import Plan, PlannedCase, make_plan
from grader.report import CaseResult, Departure, Diagnosis, ErrorMap, Report, ReportError
from grader.runners.base import Look, Request, Run, Runner, nothing_more
from grader.submission import Submission, UnreadableError, read_submission
from grader.transcript import Answer


def check_file(exercise: Loaded, path: Path, *, seed: int, runner: Runner, hidden: bool = False) -> Report:
    """Grades a student's file.

    Args:
      exercise: what it is to solve.
      path: the file.
      seed: reproduces every input.
      runner: where the student's code runs.
      hidden: the seed is secret, and the report gives away neither it nor what is drawn from it.

    Raises:
      NoSuchFileError: if there is no file to read.
    """
    try:
        submission = read_submission(path, starter=exercise.starter, entry=exercise.spec.entry.name)
    except UnreadableError as error:
        return rejected(exercise, ReportError(kind=error.kind, message=str(error)), seed=seed, hidden=hidden)
    return grade(exercise, submission, seed=seed, runner=runner, hidden=hidden)


def grade(exercise: Loaded, submission: Submission, *, seed: int, runner: Runner, hidden: bool = False) -> Report:
    """Grades a submission that has been read; see ``check_file``."""
    isolation = runner.isolation  # tried before the first submission
    began = time.monotonic()
    plan = make_plan(exercise, seed=seed, hidden=hidden)
    solution = Submission(name="solution.py", source=exercise.solution)
    run = runner.run(
        Request(plan=plan, submission=submission, solution=solution),
        follow_up=nothing_more if hidden else partial(_case_to_trace, exercise, plan, submission),
    )
    if hidden:  # before anything is put in words
        run = concealing.without_words(run, submission.source, plan.forbidden)
    error = _overall_error(plan, submission, run)
    fault = run.ending.kind == "not_started"
    cases = _all_alike(plan, error.message, fault=fault) if error else _results(exercise, plan, submission, run)
    return Report(
        exercise=exercise.slug,
        cases=_with_output(cases, run),
        seed=None if hidden else seed,
        seconds=time.monotonic() - began,
        isolation=isolation,
        note=" ".join(note for note in (exercise.spec.practice, runner.note, *_sentences(submission.notes)) if note),
        error=error,
        fault=fault,
        departure=None if error or hidden else _departure(exercise, plan, submission, run, cases),
        error_map=None if error or hidden else _error_map(exercise, plan, run, cases),
        digest=submission.digest,
    )


def _sentences(notes: tuple[str, ...]) -> list[str]:
    return [f"{note[0].upper()}{note[1:]}." for note in notes]


def _departure(
    exercise: Loaded, plan: Plan, submission: Submission, run: Run, cases: tuple[CaseResult, ...]
) -> Departure | None:
    """Where a wrong program goes astray. As a diagnosis, it never costs a verdict."""
    wrong = {case.name for case in cases if case.outcome == "wrong"}
    if not wrong:
        return None
    transcript = run.transcript
    try:
        return departure(exercise, plan, submission, transcript.answers, transcript.traced, wrong)
    except Exception:  # noqa: BLE001 - see above
        return None


def _error_map(exercise: Loaded, plan: Plan, run: Run, cases: tuple[CaseResult, ...]) -> ErrorMap | None:
    """The first wrong case's error, for a picture; which never costs a verdict either."""
    try:
        return error_map(plan.cases, cases, run.transcript.answers, exercise.spec.reference)
    except Exception:  # noqa: BLE001 - see above
        return None


def _case_to_trace(exercise: Loaded, plan: Plan, submission: Submission, run: Run) -> Look | None:
    case = case_to_trace(exercise, plan, verdicts(exercise, plan, submission, run))
    return None if case is None else Look(case)


def verdicts(exercise: Loaded, plan: Plan, submission: Submission, run: Run) -> list[Verdict]:
    """Every case's verdict by itself."""
    return [_verdict(exercise, plan, submission, run, index) for index in range(len(plan.cases))]


def _overall_error(plan: Plan, submission: Submission, run: Run) -> ReportError | None:
    """What kept the submission from reaching its first case, if anything did."""
    transcript = run.transcript
    if transcript.rejected:
        problem = transcript.rejected
        message = sentences.of_problem(problem, entry=plan.entry.name, submission=submission)
        return ReportError(kind=problem.kind, message=message)
    if run.ending.kind == "not_started":
        return ReportError(kind="grader", message=f"{run.ending.detail}; this is not the submission's fault")
    if not transcript.loaded:
        message = sentences.of_ending(run.ending, during="while it was imported")
        return ReportError(kind=run.ending.kind, message=message)
    return None


def _results(exercise: Loaded, plan: Plan, submission: Submission, run: Run) -> tuple[CaseResult, ...]:
    """Every case judged; then the wrong ones diagnosed."""
    answers = run.transcript.answers
    found = _agreed(verdicts(exercise, plan, submission, run))
    outcomes = {planned.case.name: verdict.outcome for planned, verdict in zip(plan.cases, found, strict=True)}
    results = []
    diagnoses = _diagnoses(exercise, plan, answers) if "wrong" in outcomes.values() else {}
    for index, (planned, verdict) in enumerate(zip(plan.cases, found, strict=True)):
        missing = [name for name in planned.case.needs if outcomes[name] != "right"]
        if missing and index in answers:
            verdict = Verdict(outcome="skipped", message=f'needs "{missing[0]}" right first')  # noqa: PLW2901
            outcomes[planned.case.name] = "skipped"
        if plan.hidden:
            verdict = concealing.verdict(verdict)  # noqa: PLW2901
        answer = answers.get(index)
        results.append(
            CaseResult(
                name=planned.case.name,
                seed=None if planned.hidden else planned.seed,
                visibility=_visibility(planned),
                outcome=verdict.outcome,
                points=planned.case.points if verdict.outcome == "right" else 0.0,
                max_points=planned.case.points,
                situation=planned.situation(),
                message=verdict.message,
                output=answer.printed if answer else "",
                diagnosis=diagnoses.get(index) if verdict.outcome == "wrong" else None,
                margin=verdict.margin,
            )
        )
    return tuple(results)


def _agreed(found: list[Verdict]) -> list[Verdict]:
    """What is small in one case is no matter of digits if another is far off: the formula is wrong."""
    wrong = [verdict for verdict in found if verdict.outcome == "wrong"]
    if all(verdict.message.endswith(DIGITS) for verdict in wrong):
        return found
    return [replace(verdict, message=verdict.message.removesuffix(DIGITS)) for verdict in found]


def _visibility(planned: PlannedCase) -> Literal["public", "hidden"]:
    return "hidden" if planned.hidden else "public"


def _verdict(exercise: Loaded, plan: Plan, submission: Submission, run: Run, index: int) -> Verdict:
    """The verdict on one case by itself; what it needs is not looked at yet."""
    planned, transcript = plan.cases[index], run.transcript
    answer = transcript.answers.get(index)
    if answer is None:
        return Verdict(outcome="wrong", message=_unanswered(plan, run, index))
    try:
        if answer.problem and not isinstance(planned.case.check, Raises):
            message = sentences.of_problem(answer.problem, entry=plan.entry.name, submission=submission)
            return Verdict(outcome="wrong", message=message)
        return judge(planned, exercise.spec.reference, answer)
    except Exception as error:  # noqa: BLE001 - a fault of ours is never the student's
        return Verdict(outcome="not_checked", message=f"the grader failed here: {type(error).__name__}: {error}")


def _unanswered(plan: Plan, run: Run, index: int) -> str:
    """Why there is no answer to a case: the run ended in it, just before it, or earlier."""
    stopped = _stopped_at(run)
    if index != stopped:
        return f'not reached: the program ended at "{plan.cases[stopped].case.name}"'
    shards = plan.cases[index].case.shards
    together = shards is not None and shards.devices > 1
    return sentences.of_ending(run.ending, during=_during(plan, run, index), together=together)


def _during(plan: Plan, run: Run, index: int) -> str:
    """What was under way in the case that the run ended in."""
    if run.transcript.started != index:
        return "before this case"
    check = plan.cases[index].case.check
    if not isinstance(check, Value) or check.transform != "jit":
        return "in this case"
    return "in this case, while it ran" if run.transcript.compiled == index else "in this case, while jit compiled it"


def _stopped_at(run: Run) -> int:
    """Index of the first case without an answer."""
    return len(run.transcript.answers)


def _diagnoses(exercise: Loaded, plan: Plan, answers: dict[int, Answer]) -> dict[int, Diagnosis]:
    """What explains the answers, by the case's index. It adds to a verdict and never takes one away."""
    try:
        found = diagnose(exercise.spec, plan.cases, answers)
        return {index: told for index, d in found.items() if (told := concealing.diagnosis(d) if plan.hidden else d)}
    except Exception:  # noqa: BLE001 - a failing diagnosis must not cost the verdict
        return {}


def rejected(exercise: Loaded, error: ReportError, *, seed: int, hidden: bool = False, fault: bool = False) -> Report:
    """The report on what was not run at all.

    Args:
      exercise: what was to be solved.
      error: why.
      seed: as for ``check_file``.
      hidden: as for ``check_file``.
      fault: whether that is ours, and not the student's.
    """
    plan = make_plan(exercise, seed=seed, hidden=hidden)
    cases = _all_alike(plan, error.message, fault=fault)
    shown = None if hidden else seed
    return Report(exercise=exercise.slug, cases=cases, seed=shown, seconds=0.0, error=error, fault=fault)


def _all_alike(plan: Plan, message: str, *, fault: bool) -> tuple[CaseResult, ...]:
    """One sentence for every case."""
    return tuple(
        CaseResult(
            name=planned.case.name,
            seed=None if planned.hidden else planned.seed,
            visibility=_visibility(planned),
            outcome="not_checked" if fault else "wrong",
            points=0.0,
            max_points=planned.case.points,
            situation=planned.situation(),
            message=message,
        )
        for planned in plan.cases
    )


def _with_output(cases: tuple[CaseResult, ...], run: Run) -> tuple[CaseResult, ...]:
    """Adds what was printed outside of answered cases.

    What was printed at import goes to the first case that is not right, where it is shown; what was printed
    before the run broke off, to the case in which it did.
    """
    outputs = {index: case.output for index, case in enumerate(cases)}
    if run.ending.kind != "finished" and cases:
        outputs[min(_stopped_at(run), len(cases) - 1)] += run.printed
    not_right = (index for index, case in enumerate(cases) if case.outcome != "right")
    if run.transcript.printed:
        first = next(not_right, 0)
        outputs[first] = run.transcript.printed + outputs[first]
    return tuple(replace(case, output=outputs[index]) for index, case in enumerate(cases))
