import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from grader.classroom import gradebook
from grader.classroom.gradebook import Fingerprint, Gradebook, GradebookError, digest
from grader.findings.of_case import Refused
from grader.report import CaseResult, Report

FINGERPRINT = Fingerprint(exercise="e1", grader="g1", seed=5)
RIGHT = Report(
    exercise="group_norm_1d",
    cases=(CaseResult(name="a", seed=None, outcome="right", points=2, max_points=2, situation="x"),),
    seed=None,
    seconds=0.5,
)
NO = Refused(why="no", message="no \u202e")
WRONG = replace(RIGHT, cases=(replace(RIGHT.cases[0], outcome="wrong", points=0, finding=NO),))


def opened(tmp_path, **kept):
    return Gradebook(tmp_path / "gradebook.sqlite", **{"exercise": "group_norm_1d", "seed": None, **kept})


def test_students_share_the_verdict_on_one_text_and_all_is_there_after_reopening(tmp_path):
    with opened(tmp_path) as book:
        book.enrol([("ann", "Ann", "ann.py"), ("bob", "Bob", "bob.py"), ("eve", "Eve", "eve.py")])
        assert book.verdict("aa", FINGERPRINT) is None
        number = book.write("aa", FINGERPRINT, WRONG)
        book.give("bob", number)
        book.give("ann", number)
    with opened(tmp_path) as book:
        assert book.verdict("aa", FINGERPRINT) == number
        assert book.verdict("aa", replace(FINGERPRINT, exercise="e2")) is None
        ann, bob = book.grades()  # nothing is known of eve yet
    assert (ann.student, bob.name, bob.report.outcome, ann.report.score) == ("ann", "Bob", "wrong", 0)
    assert ann.report.cases == WRONG.cases


def test_what_replaces_a_verdict_is_told_with_what_changed(tmp_path):
    with opened(tmp_path) as book:
        book.enrol([("ann", "Ann", "ann.py")])
        first = book.write("aa", FINGERPRINT, WRONG)
        book.give("ann", first)
        book.give("ann", first)  # the same again is no news
        book.give("ann", book.write("aa", replace(FINGERPRINT, exercise="e2"), RIGHT))
        book.give("ann", book.write("bb", replace(FINGERPRINT, exercise="e2", seed=6), WRONG))
        book.give("ann", book.write("bb", replace(FINGERPRINT, exercise="e2", seed=6), RIGHT), regraded=True)
        (ann,) = book.grades()
    assert [(past.outcome, past.why) for past in ann.history] == [
        ("wrong", "exercise"),
        ("right", "submission"),
        ("wrong", "regraded"),
    ]
    assert ann.report.outcome == "right"


def test_secret_seeds_follow_from_the_text_and_stay_the_same(tmp_path):
    with opened(tmp_path) as book:
        seeds = {book.seed_of(sha) for sha in ("aa", "bb", "cc")}
    with opened(tmp_path) as book:
        assert {book.seed_of(sha) for sha in ("aa", "bb", "cc")} == seeds
    assert len(seeds) == 3
    (tmp_path / "other").mkdir()
    with opened(tmp_path / "other") as book:
        assert book.seed_of("aa") not in seeds
    (tmp_path / "open").mkdir()
    with opened(tmp_path / "open", seed=3) as book:
        assert book.seed_of("aa") == 3


def test_a_gradebook_is_for_one_exercise_and_one_kind_of_seed(tmp_path):
    with opened(tmp_path):
        pass
    with pytest.raises(GradebookError, match="created with exercise group_norm_1d, not with exercise other"):
        opened(tmp_path, exercise="other")
    with pytest.raises(GradebookError, match="created with a secret seed, not with seed 3; name another --out"):
        opened(tmp_path, seed=3)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "gradebook.sqlite").write_text("no database at all, but a text of some length" * 20)
    with pytest.raises(GradebookError, match="is not a gradebook"):
        opened(tmp_path / "text")


def test_a_gradebook_opened_again_knows_what_it_is_about(tmp_path):
    with opened(tmp_path, seed=3) as book:
        secret = book.secret
    with Gradebook.existing(tmp_path / "gradebook.sqlite") as book:
        assert (book.exercise, book.seed, book.secret) == ("group_norm_1d", 3, secret)
    for content in (None, b"", b"no database at all, but a text of some length" * 20):
        (tmp_path / "other").mkdir(exist_ok=True)
        if content is not None:
            (tmp_path / "other" / "gradebook.sqlite").write_bytes(content)
        with pytest.raises(GradebookError, match=r"there is no gradebook in .*other; 'grader batch' creates one there"):
            Gradebook.existing(tmp_path / "other" / "gradebook.sqlite")


def of_version(path, version):
    """A gradebook as another version of the grader leaves it, with one table of it that matters here."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT")
        rows = [("schema", version), ("exercise", "group_norm_1d"), ("seed", "None"), ("secret", "ab" * 32)]
        db.executemany("INSERT INTO about VALUES (?, ?)", rows)
    return path


@pytest.mark.parametrize(("version", "writer"), [("1", "older"), ("3", "newer"), ("\x1b[31m", "newer")])
def test_a_gradebook_of_another_version_is_refused_and_left_as_it_is(tmp_path, version, writer):
    path = of_version(tmp_path / "gradebook.sqlite", version)
    before = path.read_bytes()
    says = rf"version [^\x1b]+, and this grader .* version 2; grade .* into another --out .* the {writer} grader"
    with pytest.raises(GradebookError, match=says):
        opened(tmp_path)
    with pytest.raises(GradebookError, match=says):
        Gradebook.existing(path)
    assert path.read_bytes() == before


def test_what_is_written_together_is_written_or_not(tmp_path):
    def interrupted(book):
        with book.whole():
            book.enrol([("ann", "Ann", "ann.py")])
            book.give("ann", book.write("aa", FINGERPRINT, WRONG))
            raise KeyboardInterrupt

    with opened(tmp_path) as book:
        with pytest.raises(KeyboardInterrupt):
            interrupted(book)
        assert (book.students(), book.stored_grades(), book.verdict("aa", FINGERPRINT)) == ((), (), None)


def test_what_was_not_checked_is_no_verdict_yet(tmp_path):
    with opened(tmp_path) as book:
        number = book.write("aa", FINGERPRINT, replace(RIGHT, fault=True, cases=()))
        assert book.verdict("aa", FINGERPRINT) is None
        assert book.verdict("aa", FINGERPRINT, decided=False) == number


def test_what_was_begun_and_not_ended_is_counted(tmp_path):
    with opened(tmp_path) as book:
        assert [book.begin("aa"), book.begin("aa"), book.begin("bb")] == [1, 2, 1]
        book.end("aa")
        assert book.begin("aa") == 1
        book.take_back("aa")
        assert [book.begun("aa"), book.begun("bb"), book.begun("cc")] == [0, 1, 0]


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from test_gradebook import FINGERPRINT, WRONG, opened
with opened(Path(sys.argv[1])) as book:
    book.enrol([("ann", "Ann", "ann.py")])
    book.give("ann", book.write("aa", FINGERPRINT, WRONG))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_written_before_a_kill_is_there(tmp_path):
    here = os.path.dirname(__file__)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), here], check=False)
    assert done.returncode == -signal.SIGKILL
    with opened(tmp_path) as book:
        assert book.verdict("aa", FINGERPRINT) == 1
        assert len(book.grades()) == 1


def test_a_digest_knows_names_contents_and_no_order():
    parts = [("a", b"1"), ("b", b"2")]
    assert digest(parts) == digest(parts[::-1])
    assert (
        len({digest(parts), digest([("a", b"12")]), digest([("a", b"1"), ("b", b"3")]), digest([("a1", b"b2")])}) == 4
    )


@pytest.fixture
def elsewhere(tmp_path):
    """Locks the gradebook as another program would; an exclusive lock keeps readers out too."""

    def lock(how):
        held = sqlite3.connect(tmp_path / "gradebook.sqlite", isolation_level=None)
        if how == "exclusive":
            held.execute("PRAGMA locking_mode=EXCLUSIVE")
            held.execute("PRAGMA journal_mode=DELETE")
        held.execute("BEGIN IMMEDIATE" if how == "writing" else "BEGIN EXCLUSIVE")
        return closing(held)

    return lock


IN_USE = (
    r"gradebook\.sqlite is in use: (.+) keeps it locked, and we wait at most 0\.1 s for it\. "
    r"Finished verdicts are saved; the same command resumes from here once that program has closed the file$"
)


@pytest.mark.parametrize("how", ["writing", "exclusive"])
def test_a_gradebook_that_is_locked_is_ours_and_in_use(tmp_path, monkeypatch, elsewhere, how):
    monkeypatch.setattr(gradebook, "PATIENCE", 0.1)
    with opened(tmp_path):
        pass
    with elsewhere(how):
        for again in (lambda: opened(tmp_path), lambda: Gradebook.existing(tmp_path / "gradebook.sqlite")):
            with pytest.raises(GradebookError, match=IN_USE) as caught:
                again()
            assert "another program keeps" in str(caught.value)
    with opened(tmp_path) as book:  # the lock is gone, and so is the refusal
        assert book.exercise == "group_norm_1d"


def test_a_lock_that_comes_later_is_told_in_the_same_words(tmp_path, monkeypatch, elsewhere):
    monkeypatch.setattr(gradebook, "PATIENCE", 0.1)

    def used():
        with opened(tmp_path) as book:
            book.enrol([("ann", "Ann", "ann.py")])
            with elsewhere("writing"):
                book.give("ann", book.write("aa", FINGERPRINT, WRONG))

    with pytest.raises(GradebookError, match=IN_USE):
        used()
    with opened(tmp_path) as book:
        assert book.students() == (("ann", "Ann", "ann.py"),)  # what was finished


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ("{}", "ValueError: a report of schema version 2 is read here"),
        ('{"schema_version": 2}', "KeyError: 'isolation'"),
        ('{"schema_version": 2, "isola', "JSONDecodeError: "),
        ("[]", "AttributeError: "),
    ],
)
def test_a_damaged_report_names_the_file_the_student_and_a_way_out(tmp_path, stored, why):
    with opened(tmp_path) as book:
        book.enrol([("ann o'hara", "Ann", "ann.py"), ("bob", "Bob", "bob.py")])
        book.give("ann o'hara", book.write("aa", FINGERPRINT, WRONG))
        book.give("bob", book.write("bb", FINGERPRINT, RIGHT))
    with closing(sqlite3.connect(tmp_path / "gradebook.sqlite")) as db, db:
        db.execute("UPDATE verdict SET report = ? WHERE sha256 = 'aa'", (stored,))
    with opened(tmp_path) as book:
        with pytest.raises(GradebookError) as caught:
            book.grades()
        told = str(caught.value)
        assert told.startswith(f"{tmp_path}/gradebook.sqlite holds a damaged report of ann o'hara ({why}")
        assert told.endswith("by the same 'grader batch' command with --regrade 'ann o'\"'\"'hara'")
        # The way out works: a new verdict stands in front of the damaged one, which stays as history.
        book.give("ann o'hara", book.write("aa", FINGERPRINT, RIGHT), regraded=True)
        ann, bob = book.grades()
        assert [(past.outcome, past.score) for past in ann.history] == [("wrong", 0)]
        assert (ann.report.outcome, bob.report.outcome) == ("right", "right")
