"""The learner's record: what it keeps, and what it never destroys."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.loader import load
from grader.learner import record
from grader.learner.record import NAME, RecordError, Standing
from grader.pipeline import grade
from grader.report import CaseResult, Report
from grader.sandbox.fake import FakeRunner
from grader.submission.reading import Submission


def report(points, digest, outcome="wrong"):
    case = CaseResult(name="one", seed=0, outcome=outcome, points=points, max_points=10, situation="")
    return Report(exercise="ex", cases=(case,), seed=0, seconds=0.0, digest=digest)


def told(folder):
    return json.loads((folder / NAME).read_text("ascii"))


def test_a_folder_without_one_has_none_and_gets_none_unasked(tmp_path):
    assert record.read(tmp_path) is None
    assert record.update(tmp_path, "ex", lambda s: replace(s, hints=1)) is None
    assert record.home(tmp_path, "ex") is None
    assert not list(tmp_path.iterdir())


def test_begun_once(tmp_path):
    assert record.begin(tmp_path)
    assert record.read(tmp_path) == {}
    record.update(tmp_path, "ex", lambda s: replace(s, hints=1))
    assert not record.begin(tmp_path)
    assert record.read(tmp_path) == {"ex": Standing(hints=1)}
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_it_is_readable_and_says_what_it_is(tmp_path):
    record.begin(tmp_path)
    record.update(tmp_path, "ex", lambda s: s.graded(report(3.5, "abc"), "übung.py"))
    assert told(tmp_path) == {
        "about": record.ABOUT,
        "version": 1,
        "exercises": {
            "ex": {
                "file": "übung.py", "solved": False, "points": 3.5, "max_points": 10, "hints": 0, "tries": ["abc"],
            }
        },
    }  # fmt: skip
    assert len((tmp_path / NAME).read_text("ascii").splitlines()) > 10
    assert record.read(tmp_path)["ex"].file == "übung.py"


def test_the_best_try_counts_and_solved_stays():
    standing = Standing(file="a.py").graded(report(4, "a"), "a.py").graded(report(10, "b", "right"), "b.py")
    standing = standing.graded(report(2, "c"), "c.py")
    assert standing == Standing(file="c.py", solved=True, points=10, max_points=10, tries=("a", "b", "c"))


def test_the_same_text_is_one_try_and_the_newest_are_kept():
    standing = Standing()
    for number in [*range(60), 59, 59]:
        standing = standing.graded(report(0, str(number)), "a.py")
    assert standing.tries == tuple(str(number) for number in range(10, 60))


def test_started_means_a_file_or_a_try():
    assert not Standing(hints=2).started
    assert Standing(file="a.py").started
    assert Standing(tries=("a",)).started


def test_what_others_wrote_into_it_is_kept(tmp_path):
    written = {
        "version": 1, "mine": [1], "exercises": {"of another course": {"file": "o.py", "x": 1}, "ex": {"note": "n"}},
    }  # fmt: skip
    (tmp_path / NAME).write_text(json.dumps(written), "utf-8")
    before, after = record.update(tmp_path, "ex", lambda s: replace(s, file="a.py"))
    assert (before, after) == (Standing(), Standing(file="a.py"))
    kept = told(tmp_path)
    assert kept["mine"] == [1]
    assert kept["exercises"]["of another course"] == {"file": "o.py", "x": 1}
    assert kept["exercises"]["ex"]["note"] == "n"
    assert kept["exercises"]["ex"]["file"] == "a.py"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is not complete JSON"),
        ('{"version": 1, "exerc', "it is not complete JSON"),
        ("[" * 100_000, "it is not complete JSON"),
        ("\x00\xff", "it is not complete JSON"),
        (" " * (record.SIZE_CAP + 9) + '{"version": 1, "exercises": {}}', "it is not complete JSON"),
        ("[]", "it is not a record of the grader"),
        ('{"version": 1, "exercises": []}', "it is not a record of the grader"),
        ('{"my": "thesis"}', "it is not a record of the grader"),
        ('{"version": 2, "exercises": {}}', "its format is version 2; this grader reads version 1"),
        ('{"version": "\\u001b", "exercises": {}}', r'version "\u001b"; this'),
        ('{"version": 1, "exercises": {"ex": 5}}', "its entry 'ex' is damaged: it must be an object"),
        ('{"version": 1, "exercises": {"\\u001b[2J\\n": 5}}', r"its entry '\x1b[2J\n' is damaged"),
        ('{"version": 1, "exercises": {"ex": {"file": ["\\u001b"]}}}', r'damaged: file=["\u001b"]' ),
        ('{"version": 1, "exercises": {"ex": {"file": "a\\u0000"}}}', "damaged: file="),
        ('{"version": 1, "exercises": {"ex": {"points": NaN}}}', "damaged: points=NaN"),
        ('{"version": 1, "exercises": {"ex": {"points": 1e999}}}', "damaged: points=Infinity"),
        ('{"version": 1, "exercises": {"ex": {"max_points": "5"}}}', 'damaged: max_points="5"'),
        ('{"version": 1, "exercises": {"ex": {"hints": 1.5}}}', "damaged: hints=1.5"),
        ('{"version": 1, "exercises": {"ex": {"hints": -1}}}', "damaged: hints=-1"),
        ('{"version": 1, "exercises": {"ex": {"solved": 1}}}', "damaged: solved=1"),
        ('{"version": 1, "exercises": {"ex": {"tries": [1]}}}', "damaged: tries=[1]"),
    ],
)  # fmt: skip
def test_what_is_no_record_is_named_and_left_as_it_is(tmp_path, text, says):
    (tmp_path / NAME).write_text(text, "latin-1")
    for use in (
        lambda: record.read(tmp_path),
        lambda: record.begin(tmp_path),
        lambda: record.update(tmp_path, "ex", lambda s: replace(s, hints=9)),
    ):
        with pytest.raises(RecordError) as raised:
            use()
        said = str(raised.value)
        assert says in said
        assert said.startswith(str(tmp_path / NAME)[:40])
        assert said.endswith("Move it away and run 'grader next' to create a new one")
        assert "\n" not in said
        assert "\x1b" not in said
    assert (tmp_path / NAME).read_text("latin-1") == text


def test_what_is_no_file_is_named_too(tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(RecordError, match="it cannot be read: Is a directory"):
        record.read(tmp_path)


def test_a_pipe_of_that_name_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / NAME)
    with pytest.raises(RecordError, match="it is not complete JSON"):
        record.read(tmp_path)


def test_a_write_that_fails_leaves_the_old_record_and_nothing_else(tmp_path, monkeypatch):
    record.begin(tmp_path)
    before = (tmp_path / NAME).read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RecordError, match="cannot be written: No space left on device"):
        record.update(tmp_path, "ex", lambda s: replace(s, hints=1))
    assert (tmp_path / NAME).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_nothing_is_written_where_nothing_changes(tmp_path, monkeypatch):
    record.begin(tmp_path)
    monkeypatch.setattr(Path, "replace", None)
    assert record.update(tmp_path, "ex", lambda s: s) == (Standing(), Standing())


def test_a_file_name_that_is_no_text_survives(tmp_path):
    record.begin(tmp_path)
    record.update(tmp_path, "ex", lambda s: replace(s, file="\udcff.py"))
    assert record.read(tmp_path)["ex"].file == "\udcff.py"


def test_an_exercise_begun_in_another_folder_is_recorded_there(tmp_path):
    other = tmp_path / "one"
    other.mkdir()
    record.begin(tmp_path)
    record.update(tmp_path, "ex", lambda s: replace(s, file="one/ex.py"))
    assert record.home(tmp_path, "ex") == (tmp_path, Standing(file="one/ex.py"))
    record.begin(other)
    assert record.home(tmp_path, "ex") == (tmp_path, Standing(file="one/ex.py"))
    record.update(other, "ex", lambda s: replace(s, file="mine.py", hints=2))
    assert record.home(tmp_path, "ex") == (other, Standing(file="one/mine.py", hints=2))
    assert record.home(tmp_path, "unknown") == (tmp_path, Standing())


def test_a_report_says_which_text_it_is_about():
    exercise = load("group_norm_1d")
    runner = FakeRunner([])
    digests = [
        grade(exercise, Submission(name=name, source=source), seed=0, runner=runner).digest
        for name, source in (("a.py", "x = 1\n"), ("b.py", "x = 1\n"), ("a.py", "x = 2\n"), ("a.py", "'\ud800'"))
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert {len(digest) for digest in digests} == {64}
