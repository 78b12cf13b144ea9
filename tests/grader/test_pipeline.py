"""Outcomes, points and sentences, with a runner that plays events back: no process is started."""

import numpy as np
import pytest

from exercises.loader import load
from exercises.spec import Parameters, Raises
from grader.judge import float64_arrays
from grader.pipeline import grade
from grader.plan import make_plan
from grader.runners import Ending
from grader.runners.fake import FakeRunner
from grader.submission import Submission
from grader.wire import Message

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
    assert all(c.outcome == "right" and not c.message and not c.diagnosis for c in report.cases)


def test_one_wrong_case_makes_it_wrong_and_costs_its_points():
    wrong = events(3, arrays={"value": np.zeros(12, np.float32)})
    rest = [m for i in range(4, len(CASES)) for m in events(i)]
    report = report_of([*begun(), *all_right(3), *wrong, *rest])
    assert (report.outcome, report.score) == ("wrong", 12)
    assert [c.outcome for c in report.cases].count("wrong") == 1
    assert report.cases[3].message.startswith("expected ")


def test_what_needs_a_wrong_case_is_skipped_and_earns_nothing():
    broken = events(0, problem=PROBLEM)
    report = report_of([*begun(), *broken, *[m for i in range(1, len(CASES)) for m in events(i)]])
    assert report.cases[0].message == "raised TypeError: no\nline 2, in f: second line"
    assert [c.outcome for c in report.cases[1:]] == ["skipped"] * 10
    assert report.cases[2].message == 'needs "parameters" right first'
    assert (report.outcome, report.score) == ("wrong", 0)


@pytest.mark.parametrize(
    ("ending", "message"),
    [
        (Ending(kind="time", detail="30 s"), "out of time: stopped after 30 s in this case"),
        (Ending(kind="output", detail="1 MiB"), "printed more than 1 MiB and was stopped in this case"),
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
    assert message in report.cases[2].message
    assert report.cases[3].message == 'not reached: the program ended at "gamma and beta of one\'s own"'
    assert (report.outcome, report.score, report.error) == ("wrong", 3, None)


def test_claiming_to_have_finished_earns_nothing():
    report = report_of(begun())
    assert (report.outcome, report.score) == ("wrong", 0)


def test_our_own_fault_is_not_checked():
    report = report_of([], Ending(kind="not_started", detail="the worker could not be started: no"), finished=False)
    assert report.outcome == "not_checked"
    assert {c.outcome for c in report.cases} == {"not_checked"}
    assert report.error is not None
    assert report.error.message == "the worker could not be started: no; this is not the submission's fault"


def test_a_fault_of_ours_in_one_case_is_not_checked_and_a_wrong_case_weighs_more(monkeypatch):
    from grader import pipeline  # noqa: PLC0415

    real = pipeline.judge

    def failing(case, reference, answer):
        if case.case.name == "one group":
            raise ZeroDivisionError("ours")
        return real(case, reference, answer)

    monkeypatch.setattr(pipeline, "judge", failing)
    report = report_of([*begun(), *all_right()])
    assert report.outcome == "not_checked"
    assert report.cases[3].message == "the grader failed here: ZeroDivisionError: ours"
    wrong = events(len(CASES) - 1, arrays={"value": np.zeros(12, np.float32)})
    assert report_of([*begun(), *all_right(len(CASES) - 1), *wrong]).outcome == "wrong"


def test_rejected_submissions_say_so_once_and_show_what_they_printed():
    rejected = {"event": "rejected", "problem": {"kind": "missing", "names": ["MyGroupnorm"]}, "printed": "hello"}
    report = report_of([Message({"event": "ready"}, {}), Message(rejected, {})], finished=False)
    assert report.error is not None
    assert report.error.kind == "missing"
    assert (
        report.error.message
        == "the file defines no MyGroupNorm; it defines MyGroupnorm; is it MyGroupnorm? Then rename it"
    )
    assert report.cases[0].output == "hello"
    assert (report.outcome, report.score) == ("wrong", 0)
