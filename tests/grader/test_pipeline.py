"""Outcomes, points and sentences, with a runner that plays events back: no process is started."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from telling import said

from grader.authoring.trusted import TrustedProgram
from grader.course import Gradient, Parameters, Raises, Value
from grader.course.loader import load
from grader.findings.of_case import Lines
from grader.judge.comparison import float64_arrays
from grader.judge.repetition import to_repeat
from grader.pipeline import ATTEMPTS, grade, run_and_compare
from grader.plan.cases import make_plan
from grader.reports.sentences import OUTPUT_CUT
from grader.sandbox.base import Ending
from grader.sandbox.fake import FakeRunner
from grader.submission.reading import Submission
from grader.worker.wire import PRINTED_CAP, Message

EXERCISE = load("group_norm_1d")
CASES = make_plan(EXERCISE, seed=0).cases
SUBMISSION = Submission(name="a.py", source="first line\nsecond line\n")
PROBLEM = {"kind": "raised", "type": "TypeError", "message": "no", "frames": [[2, "f"]], "exception": True}


def begun():
    return [Message({"event": "ready"}, {}), Message({"event": "loaded", "printed": ""}, {})]


def right_arrays(case):
    arrays = float64_arrays(case, EXERCISE.spec.reference)
    made = {f"params/{n}": arrays[n].astype(np.float32) for n in ("gamma", "beta")}
    value = EXERCISE.spec.reference.value(arrays, case.arguments).astype(np.float32)
    return {"value": value, **(made if isinstance(case.case.check, Parameters) else {})}


def events(index, *, problem=None, printed="", arrays=None):
    case = CASES[index]
    if isinstance(case.case.check, Raises) and problem is None and arrays is None:
        problem = PROBLEM
    arrays = {} if problem else arrays or right_arrays(case)
    answered = {"event": "answered", "case": index, "problem": problem, "printed": printed}
    return [Message({"event": "started", "case": index}, {}), Message(answered, arrays)]


def report_of(messages, ending=None, *, finished=True):
    messages = [*messages, Message({"event": "finished"}, {})] if finished else messages
    return grade(EXERCISE, SUBMISSION, seed=0, runner=FakeRunner(messages, ending or Ending(kind="finished")))


def all_right(count=None):
    return [m for index in range(len(CASES))[:count] for m in events(index)]


def test_all_right():
    report = report_of([*begun(), *all_right()])
    assert (report.outcome, report.score, report.max_score) == ("right", 13, 13)
    assert all(c.outcome == "right" and not said(c) and not c.diagnosis for c in report.cases)


def test_one_wrong_case_makes_it_wrong_and_costs_its_points():
    wrong = events(3, arrays={"value": np.zeros(12, np.float32)})
    rest = [m for i in range(4, len(CASES)) for m in events(i)]
    report = report_of([*begun(), *all_right(3), *wrong, *rest])
    assert (report.outcome, report.score) == ("wrong", 12)
    assert [c.outcome for c in report.cases].count("wrong") == 1
    assert said(report.cases[3]).startswith("expected ")


def test_what_needs_a_wrong_case_is_skipped_and_earns_nothing():
    broken = events(0, problem=PROBLEM)
    report = report_of([*begun(), *broken, *[m for i in range(1, len(CASES)) for m in events(i)]])
    assert said(report.cases[0]) == "raised TypeError: no\nline 2, in f: second line"
    assert [c.outcome for c in report.cases[1:]] == ["skipped"] * 10
    assert said(report.cases[2]) == '"parameters" must be right first'
    assert (report.outcome, report.score) == ("wrong", 0)


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        (Ending(kind="time", detail="30 s"), "out of time: stopped after 30 s in this case"),
        (Ending(kind="answers", detail="128 MiB"), "sent back more than 128 MiB and was stopped in this case"),
        (Ending(kind="garbled"), "wrote into the grader's own channel and was stopped in this case"),
        (Ending(kind="gone", status=0), "ended by itself in this case (exit status 0)"),
        (Ending(kind="gone", status=-11), "killed by signal SIGSEGV in this case"),
        (Ending(kind="gone", status=-250), "killed by signal 250 in this case"),
        (Ending(kind="finished"), "gave no answer in this case"),
    ],
)
def test_silence_is_wrong(ending, message):
    """The program stops in its third case: two are right, the third says why, the rest were not reached."""
    started = Message({"event": "started", "case": 2}, {})
    report = report_of([*begun(), *all_right(2), started], ending, finished=False)
    assert [c.outcome for c in report.cases] == ["right", "right"] + ["wrong"] * 9
    assert message in said(report.cases[2])
    assert said(report.cases[3]) == 'not reached: the program ended at "gamma and beta of one\'s own"'
    assert (report.outcome, report.score, report.error) == ("wrong", 3, None)


def test_claiming_to_have_finished_earns_nothing():
    report = report_of(begun())
    assert (report.outcome, report.score) == ("wrong", 0)


def test_our_own_fault_is_not_checked():
    report = report_of([], Ending(kind="not_started", detail="the worker could not be started: no"), finished=False)
    assert report.outcome == "not_checked"
    assert {c.outcome for c in report.cases} == {"not_checked"}
    assert report.error is not None
    assert said(report.error) == "the worker could not be started: no; this is not the submission's fault"


def test_a_fault_of_ours_in_one_case_is_not_checked_and_a_wrong_case_weighs_more(monkeypatch):
    from grader import pipeline

    real = pipeline.judge

    def failing(index, case, reference, answer):
        if case.case.name == "one group":
            raise ZeroDivisionError("ours")
        return real(index, case, reference, answer)

    monkeypatch.setattr(pipeline, "judge", failing)
    report = report_of([*begun(), *all_right()])
    assert report.outcome == "not_checked"
    assert said(report.cases[3]) == "the grader failed here: ZeroDivisionError: ours"
    wrong = events(len(CASES) - 1, arrays={"value": np.zeros(12, np.float32)})
    assert report_of([*begun(), *all_right(len(CASES) - 1), *wrong]).outcome == "wrong"


def test_rejected_submissions_say_so_once_and_show_what_they_printed():
    rejected = {"event": "rejected", "problem": {"kind": "missing", "names": ["MyGroupnorm"]}, "printed": "hello"}
    report = report_of([Message({"event": "ready"}, {}), Message(rejected, {})], finished=False)
    assert report.error is not None
    assert report.error.kind == "missing"
    assert (
        said(report.error)
        == "the file defines no MyGroupNorm; it defines MyGroupnorm; is it MyGroupnorm? Then rename it"
    )
    assert report.cases[0].output == "hello"
    assert (report.outcome, report.score) == ("wrong", 0)


def counted(function, calls):
    def counting(*arguments, **named):
        calls.append(arguments)
        return function(*arguments, **named)

    return counting


@pytest.mark.sample(2)
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("slug", ["group_norm_1d", "group_norm_gradient", "moments"])
def test_each_case_of_a_right_program_is_compared_once(slug, hidden, monkeypatch):
    from grader import pipeline

    exercise = load(slug)
    reference, asked = exercise.spec.reference, []
    counting = replace(
        reference,
        value=counted(reference.value, asked),
        gradient=reference.gradient and counted(reference.gradient, asked),
        gradients={of: (counted(value, asked), moved) for of, (value, moved) in reference.gradients.items()},
    )
    exercise = replace(exercise, spec=replace(exercise.spec, reference=counting))
    plan, program = make_plan(exercise, seed=0, hidden=hidden), TrustedProgram(exercise.solution, exercise.spec.entry)
    messages = begun()
    for index, case in enumerate(plan.cases):
        answer = program.answer(case)
        problem = answer.problem and {**asdict(answer.problem), "names": [], "frames": []}
        answered = {"event": "answered", "case": index, "problem": problem, "printed": ""}
        messages += [Message({"event": "started", "case": index}, {}), Message(answered, answer.arrays)]
    judged = []
    monkeypatch.setattr(pipeline, "judge", counted(pipeline.judge, judged))
    # What comes after the end is asked for: the follow-up looks at the comparisons, and then the pipeline does.
    again = [Message({"event": "repeated", "case": i}, program.answer(plan.cases[i]).arrays) for i in to_repeat(plan)]
    runner = FakeRunner([*messages, Message({"event": "finished"}, {}), *again])
    run, comparisons = run_and_compare(exercise, plan, SUBMISSION, runner)
    assert run.transcript.finished
    assert run.transcript.repeated.keys() == set(to_repeat(plan))
    assert [c.outcome for c in comparisons] == ["right"] * len(plan.cases)
    assert [index for index, *_ in judged] == list(range(len(plan.cases)))
    assert len(asked) == sum(isinstance(case.case.check, Value | Gradient) for case in plan.cases)


def test_a_wrong_program_is_compared_once_too_whoever_looks_at_it(monkeypatch):
    """The follow-up, the diagnosis, the line and the picture read the comparisons that there are."""
    from grader import pipeline

    judged = []
    monkeypatch.setattr(pipeline, "judge", counted(pipeline.judge, judged))
    wrong = events(3, arrays={"value": np.zeros(12, np.float32)})
    rest = [m for index in range(4, len(CASES)) for m in events(index)]
    traced = Message({"event": "traced", "case": 3, "steps": [], "outputs": [], "problem": None}, {})
    report = report_of(
        [*begun(), *all_right(3), *wrong, *rest, Message({"event": "finished"}, {}), traced], finished=False
    )
    assert report.outcome == "wrong"
    assert report.error_map is not None
    assert [index for index, *_ in judged] == list(range(len(CASES)))


TOP_LEVEL = "open('x')\nclass MyGroupNorm: pass\n"  # what is left without its first line is right


class Replies:
    """A runner that plays a first run, and another where the program is not the one that was handed in."""

    isolation, note = FakeRunner(()).isolation, ""

    def __init__(self, first, later, source=TOP_LEVEL):
        self.first, self.later, self.source, self.asked = first, later, source, []

    def run(self, asked, /, follow_up):
        self.asked.append(asked.submission.source)
        return (self.first if asked.submission.source == self.source else self.later).run(asked, follow_up)

    def report(self, **options):
        return grade(EXERCISE, Submission(name="a.py", source=self.source), seed=0, runner=self, **options)


def rejected(kind, line=1):
    problem = {**PROBLEM, "kind": kind, "frames": [[line, "<module>"]] if line else []}
    body = {"event": "rejected", "problem": problem, "printed": ""}
    return FakeRunner([Message({"event": "ready"}, {}), Message(body, {})])


def ended(kind, **details):
    return FakeRunner([Message({"event": "ready"}, {})], Ending(kind=kind, **details))


ALL_RIGHT = FakeRunner([*begun(), *all_right(), Message({"event": "finished"}, {})])


@pytest.mark.parametrize(
    ("first", "why", "says"),
    [
        (rejected("blocked"), "blocked", "Line 1 was blocked by the sandbox on import"),
        (rejected("memory"), "memory", "Line 1 ran out of memory on import"),
        (rejected("exited"), "exited", "Line 1 ended the program on import"),
        (rejected("raised"), "raised", "Line 1 failed on import"),
        (rejected("import", line=None), "import", "The file failed on import"),
        (ended("time", detail="10 s"), "time", "The file ran out of time on import"),
        (ended("gone", status=0), "gone", "The file ended the process on import"),
        (ended("gone", status=-9), "gone", "The file ended the process on import"),
        (ended("memory", detail="3 GiB"), "memory", "The file ran out of memory on import"),
        (ended("threads", detail="128"), "threads", "The file started too many threads on import"),
        (ended("garbled"), "garbled", "The file wrote into the grader's own channel on import"),
    ],
)
def test_whatever_ended_the_import_costs_nothing_where_the_entry_does_without_it(first, why, says):
    runner = Replies(first, ALL_RIGHT)
    report = runner.report()
    assert (report.outcome, report.score, report.error) == ("right", 13, None)
    (left_out,) = report.left_out
    assert (left_out.why, left_out.lines) == (why, (Lines(cell=None, first=1, last=1),))
    assert report.note == f"{says}; MyGroupNorm was graded without what it does not need: line 1."
    assert runner.asked == [TOP_LEVEL, "\nclass MyGroupNorm: pass\n"]


@pytest.mark.parametrize("kind", ["missing", "not_module", "not_function"])
def test_an_import_that_got_through_to_no_entry_is_not_tried_again(kind):
    runner = Replies(rejected(kind), ALL_RIGHT)
    report = runner.report()
    assert (report.outcome, report.left_out, len(runner.asked)) == ("wrong", (), 1)


def test_a_file_without_anything_to_leave_out_runs_once():
    runner = Replies(ended("time"), ALL_RIGHT, source="class MyGroupNorm: pass\n")
    assert runner.report().outcome == "wrong"
    assert len(runner.asked) == 1


def test_a_file_that_fails_with_and_without_them_is_told_as_it_was_handed_in():
    runner = Replies(rejected("blocked"), ended("time"))
    report = runner.report()
    assert report.error is not None
    assert (report.error.kind, report.left_out, len(runner.asked)) == ("blocked", (), 2)


def test_a_file_whose_lines_fail_one_after_the_other_is_run_a_few_times_only():
    source = "n = 0\n" + "n = n + 1\n" * 20 + "def MyGroupNorm(): return n\n"

    class Falling(Replies):
        def run(self, asked, /, follow_up):
            self.first = self.later = rejected("raised", line=21 - len(self.asked))
            return super().run(asked, follow_up)

    runner = Falling(None, None, source=source)
    assert runner.report().outcome == "wrong"
    assert len(runner.asked) == 1 + ATTEMPTS


@pytest.mark.parametrize(("imported", "outcome"), [(9.0, "right"), (1.0, "wrong")])
def test_an_import_that_leaves_the_cases_no_time_costs_nothing_either(imported, outcome):
    class Slow(FakeRunner):
        def run(self, asked, /, follow_up):
            return replace(super().run(asked, follow_up), seconds=10.0, imported=imported)

    runner = Replies(Slow(begun(), Ending(kind="time", detail="10 s")), ALL_RIGHT)
    report = runner.report()
    assert report.outcome == outcome
    assert [found.why for found in report.left_out] == (["slow"] if outcome == "right" else [])


def test_what_is_printed_beyond_the_cap_is_cut_and_said():
    flood = "x" * (PRINTED_CAP + 1)
    report = report_of([*begun(), *events(0, printed=flood), *[m for i in range(1, len(CASES)) for m in events(i)]])
    assert (report.outcome, report.score) == ("right", 13)
    assert (len(report.cases[0].output), report.note) == (PRINTED_CAP, f"{OUTPUT_CUT[0].upper()}{OUTPUT_CUT[1:]}.")
    just = [*begun(), *events(0, printed=flood[1:]), *[m for i in range(1, len(CASES)) for m in events(i)]]
    assert (report_of(just).note, report_of(just).cases[0].output) == ("", flood[1:])
