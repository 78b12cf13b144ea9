"""What is graded, how often, and what is written down; a scripted runner plays the submissions."""

from dataclasses import replace

import pytest
from scripted import EXERCISE, Script, executor, handed_in
from telling import said

from grader.classroom.engine import DEATHS, Engine
from grader.classroom.fault_log import FaultLog
from grader.classroom.gradebook import Gradebook
from grader.classroom.shared_runner import SharedRunner
from grader.report import refused

NOTHING = refused("nothing", "nothing was handed in")


@pytest.fixture
def book(tmp_path):
    with Gradebook(tmp_path / "gradebook.sqlite", exercise="group_norm_1d", seed=None) as opened:
        yield opened


def graded(book, students, *, script=None, jobs=2, regrade=(), digests=("e1", "g1")):
    """Grades a class; returns what ran and the standings."""
    script = script or Script()
    engine = Engine(EXERCISE, book, FaultLog(book.path.with_name("grader.log")), digests=digests)
    tasks = engine.prepare(students, regrade=regrade)
    engine.run(tasks, executor(book, script, jobs), done=lambda _: None)
    outcomes = {grade.student: grade.report.outcome for grade in book.grades()}
    return sorted(source for source, _ in script.ran), outcomes


def test_a_class_is_graded_and_the_same_text_once(book):
    ran, outcomes = graded(book, handed_in(ann="right", bob="wrong", cat="right", dan="right too", eve=NOTHING))
    assert ran == ["right", "right too", "wrong"]
    assert outcomes == {"ann": "right", "bob": "wrong", "cat": "right", "dan": "right", "eve": "wrong"}
    by_name = {grade.student: grade for grade in book.grades()}
    assert by_name["ann"].report.score == by_name["ann"].report.max_score == 13
    assert (by_name["eve"].report.score, by_name["eve"].sha256) == (0, "")
    assert by_name["eve"].report.error == NOTHING
    assert by_name["ann"].seed != by_name["dan"].seed
    assert by_name["ann"].report.seed is None  # a run for grades tells no seed


def test_what_is_unchanged_is_not_run_again(book):
    students = handed_in(ann="right", bob="wrong")
    graded(book, students)
    assert graded(book, students) == ([], {"ann": "right", "bob": "wrong"})
    assert graded(book, handed_in(ann="right", bob="right"))[0] == []  # the text is known, whosever it is
    assert [past.why for past in book.grades()[1].history] == ["submission"]
    ran, _ = graded(book, students, digests=("e2", "g1"))
    assert ran == ["right", "wrong"]
    assert [past.why for past in book.grades()[0].history] == ["exercise"]


def test_regrading_keeps_the_earlier_verdict(book):
    students = handed_in(ann="right", bob="wrong", cat="right")
    graded(book, students)
    assert graded(book, students, regrade={"ann"})[0] == ["right"]
    ann, bob, cat = book.grades()
    assert [len(who.history) for who in (ann, bob, cat)] == [1, 0, 1]  # whoever shares the text shares the verdict
    assert ann.history[0].why == "regraded"


def test_who_hands_in_late_is_no_longer_missing(book):
    graded(book, handed_in(ann=NOTHING, bob=NOTHING))
    assert graded(book, handed_in(ann="right", bob=NOTHING))[1] == {"ann": "right", "bob": "wrong"}
    ann, bob = book.grades()
    assert ([past.why for past in ann.history], bob.history) == (["submission"], ())


@pytest.mark.parametrize("text", ["dies once", "raises once"])
def test_a_fault_of_ours_is_tried_again_with_another_runner(book, text):
    script = Script()
    ran, outcomes = graded(book, handed_in(ann=text, bob="right"), script=script, jobs=1)
    assert ran == [text, text, "right"]
    assert outcomes == {"ann": "right", "bob": "right"}
    assert [number for source, number in script.ran if source == text] == [1, 2]
    assert (script.made, script.closed) == (2, 1)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("dies", "tried 2 times; the last time the warm process is gone; this is not the submission's fault"),
        ("raises", "tried 2 times; the last time the grader failed with RuntimeError"),
    ],
)
def test_two_faults_are_not_checked_and_stop_nobody(book, text, why):
    ran, outcomes = graded(book, handed_in(ann=text, bob="right", cat="wrong"))
    assert ran == [text, text, "right", "wrong"]
    assert outcomes == {"ann": "not_checked", "bob": "right", "cat": "wrong"}
    report = book.grades()[0].report
    assert (said(report.error), report.fault, report.score) == (why, True, 0)
    # What was not checked is tried again by the next run.
    assert graded(book, handed_in(ann=text))[0] == [text, text]


def test_an_exception_s_words_are_told_where_nothing_is_secret(tmp_path):
    with Gradebook(tmp_path / "open.sqlite", exercise="group_norm_1d", seed=1) as book:
        graded(book, handed_in(ann="raises"))
        assert "RuntimeError: words of the submission" in said(book.grades()[0].report.error)


def test_an_interruption_drops_what_is_under_way_and_the_next_run_goes_on(book):
    students = handed_in(ann="right", bob="waits", cat="wrong")
    script = Script()
    engine = Engine(EXERCISE, book, FaultLog(book.path.with_name("grader.log")), digests=("e1", "g1"))
    tasks = engine.prepare(students)

    def interrupt(number):
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.run(tasks, executor(book, script, 2), done=interrupt)
    assert [grade.student for grade in book.grades()] == ["ann", "cat"]
    assert book.begun("sha waits") == 0
    students = [
        *students[:1],
        replace(students[1], submission=replace(students[1].submission, source="right")),
        students[2],
    ]
    assert graded(book, students) == (["right"], {"ann": "right", "bob": "right", "cat": "wrong"})


def test_what_the_whole_grader_died_of_comes_last_and_alone_and_in_the_end_not_at_all(book):
    students = handed_in(ann="wrong", bob="right", cat="right too", dan="right as well")
    together = []
    for text in ("sha wrong", "sha right"):  # as a killed grader leaves them
        book.begin(text)
    script = Script()
    script.on_run = together.append
    engine = Engine(EXERCISE, book, FaultLog(book.path.with_name("grader.log")), digests=("e1", "g1"))
    assert [task.submission.source for task in engine.prepare(students)] == [
        "right too",
        "right as well",
        "wrong",
        "right",
    ]
    assert graded(book, students, script=script, jobs=3)[1]["ann"] == "wrong"
    assert together[2:] == ["wrong", "right"]
    assert book.begun("sha wrong") == 0  # it has ended after all


def test_a_submission_that_kills_the_grader_is_left_alone_until_it_is_asked_for(book):
    students = handed_in(ann="wrong", bob="right")
    for _ in range(DEATHS):
        book.begin("sha wrong")
    for _ in range(2):
        ran, outcomes = graded(book, students)
        assert "wrong" not in ran
        assert outcomes == {"ann": "not_checked", "bob": "right"}
    ann = book.grades()[0]
    assert ann.history == ()
    assert said(ann.report.error) == (
        "the grader itself was killed 5 times while it graded this, and no longer tries; "
        "to try once more: --regrade ann"
    )
    assert graded(book, students, regrade={"ann"}) == (["wrong"], {"ann": "wrong", "bob": "right"})


def test_a_runner_that_cannot_be_made_is_a_fault_of_ours(book):
    def broken():
        raise OSError("no more processes")

    script = Script()
    script.make = broken
    assert graded(book, handed_in(ann="right"), script=script)[1] == {"ann": "not_checked"}


def test_runners_are_closed_when_nobody_uses_them():
    script = Script()
    runners = SharedRunner(script.make)
    with runners.borrowed() as one, runners.borrowed() as same:
        assert one is same
        runners.retire(one)
        assert script.closed == 0
        with runners.borrowed() as other:
            assert other is not one
            runners.retire(one)  # twice is once
    assert (script.made, script.closed) == (2, 1)
    with runners.borrowed() as again:
        assert again is other
    runners.close()
    assert script.closed == 2
