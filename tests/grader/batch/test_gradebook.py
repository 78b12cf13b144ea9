import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from grader.batch.gradebook import Basis, Gradebook, GradebookError, digest
from grader.report import CaseResult, Report

BASIS = Basis(exercise="e1", grader="g1", seed=5)
RIGHT = Report(
    exercise="group_norm_1d",
    cases=(CaseResult(name="a", seed=None, outcome="right", points=2, max_points=2, situation="x"),),
    seed=None,
    seconds=0.5,
)
WRONG = replace(RIGHT, cases=(replace(RIGHT.cases[0], outcome="wrong", points=0, message="no \u202e"),))


def opened(tmp_path, **kept):
    return Gradebook(tmp_path / "gradebook.sqlite", **{"exercise": "group_norm_1d", "seed": None, **kept})


def test_students_share_the_verdict_on_one_text_and_all_is_there_after_reopening(tmp_path):
    with opened(tmp_path) as book:
        book.enrol([("ann", "Ann", "ann.py"), ("bob", "Bob", "bob.py"), ("eve", "Eve", "eve.py")])
        assert book.verdict("aa", BASIS) is None
        number = book.write("aa", BASIS, WRONG)
        book.give("bob", number)
        book.give("ann", number)
    with opened(tmp_path) as book:
        assert book.verdict("aa", BASIS) == number
        assert book.verdict("aa", replace(BASIS, exercise="e2")) is None
        ann, bob = book.grades()  # nothing is known of eve yet
    assert (ann.student, bob.name, bob.report.outcome, ann.report.score) == ("ann", "Bob", "wrong", 0)
    assert ann.report.cases == WRONG.cases


def test_what_replaces_a_verdict_is_told_with_what_changed(tmp_path):
    with opened(tmp_path) as book:
        book.enrol([("ann", "Ann", "ann.py")])
        first = book.write("aa", BASIS, WRONG)
        book.give("ann", first)
        book.give("ann", first)  # the same again is no news
        book.give("ann", book.write("aa", replace(BASIS, exercise="e2"), RIGHT))
        book.give("ann", book.write("bb", replace(BASIS, exercise="e2", seed=6), WRONG))
        book.give("ann", book.write("bb", replace(BASIS, exercise="e2", seed=6), RIGHT), regraded=True)
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
    with pytest.raises(GradebookError, match="begun with exercise group_norm_1d, not with exercise other"):
        opened(tmp_path, exercise="other")
    with pytest.raises(GradebookError, match="begun with a secret seed, not with seed 3; give another --out"):
        opened(tmp_path, seed=3)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "gradebook.sqlite").write_text("no database at all, but a text of some length" * 20)
    with pytest.raises(GradebookError, match="is no gradebook of ours"):
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
        with pytest.raises(GradebookError, match=r"there is no gradebook in .*other; 'grader batch' begins one there"):
            Gradebook.existing(tmp_path / "other" / "gradebook.sqlite")


def test_what_is_written_together_is_written_or_not(tmp_path):
    def interrupted(book):
        with book.whole():
            book.enrol([("ann", "Ann", "ann.py")])
            book.give("ann", book.write("aa", BASIS, WRONG))
            raise KeyboardInterrupt

    with opened(tmp_path) as book:
        with pytest.raises(KeyboardInterrupt):
            interrupted(book)
        assert (book.students(), book.standings(), book.verdict("aa", BASIS)) == ((), (), None)


def test_what_was_not_checked_is_no_verdict_yet(tmp_path):
    with opened(tmp_path) as book:
        number = book.write("aa", BASIS, replace(RIGHT, fault=True, cases=()))
        assert book.verdict("aa", BASIS) is None
        assert book.verdict("aa", BASIS, decided=False) == number


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
from test_gradebook import BASIS, WRONG, opened
with opened(Path(sys.argv[1])) as book:
    book.enrol([("ann", "Ann", "ann.py")])
    book.give("ann", book.write("aa", BASIS, WRONG))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_written_before_a_kill_is_there(tmp_path):
    here = os.path.dirname(__file__)  # noqa: PTH120 - for another process
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), here], check=False)
    assert done.returncode == -signal.SIGKILL
    with opened(tmp_path) as book:
        assert book.verdict("aa", BASIS) == 1
        assert len(book.grades()) == 1


def test_a_digest_knows_names_contents_and_no_order():
    parts = [("a", b"1"), ("b", b"2")]
    assert digest(parts) == digest(parts[::-1])
    assert (
        len({digest(parts), digest([("a", b"12")]), digest([("a", b"1"), ("b", b"3")]), digest([("a1", b"b2")])}) == 4
    )
