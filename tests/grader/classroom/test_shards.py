import threading

import pytest
from scripted import EXERCISE, Script, executor, handed_in

from grader.classroom.engine import Engine
from grader.classroom.fault_log import FaultLog
from grader.classroom.gradebook import NAME, Gradebook, GradebookError
from grader.classroom.load_results import read_batch
from grader.classroom.merge import merge
from grader.classroom.shards import Shard, secret_in

SECRET = "ab" * 32
TEXTS = ["right", "wrong", "right too", "right", "dies"] * 2
STUDENTS = handed_in(**dict(zip("abcdefghij", TEXTS, strict=True)))


def graded(folder, students=STUDENTS, *, exercise="group_norm_1d", seed=None, secret=SECRET, regrade=()):
    folder.mkdir(exist_ok=True)
    with Gradebook(folder / NAME, exercise=exercise, seed=seed, secret=secret) as book:
        script = Script()
        engine = Engine(EXERCISE, book, FaultLog(book.path.with_name("grader.log")), digests=("e1", "g1"))
        tasks = engine.prepare(students, regrade=regrade)
        engine.run(tasks, executor(book, script, 1), done=lambda _: None)
    return folder


def told(folder):
    """All that a verdict is, but for times."""
    return [
        (g.student, g.name, g.file, g.sha256, g.seed, g.report.outcome, g.report.score, g.report.cases, g.report.error)
        for g in read_batch(folder).grades
    ]


def test_a_shard_is_written_i_of_n():
    assert Shard.parsed("2/8") == Shard(2, 8)
    for wrong in ("0/3", "4/3", "1", "1/0", "a/b", "-1/2", "1/2/3", ""):
        with pytest.raises(ValueError, match="a shard is written i/n, with i from 1 to n, such as 2/8"):
            Shard.parsed(wrong)


def test_everybody_is_in_one_shard_whoever_else_hands_in():
    people = [f"student {number}" for number in range(100)]
    shards = [Shard(number, 7) for number in range(1, 8)]
    assert all(sum(shard.holds(who) for shard in shards) == 1 for who in people)
    assert all(any(shard.holds(who) for who in people) for shard in shards)
    assert Shard(3, 7).holds("Ada") == Shard(3, 7).holds("Ada")


def test_shards_merged_are_what_an_unbroken_run_is(tmp_path):
    whole = graded(tmp_path / "whole")
    shards = [Shard(number, 3) for number in (1, 2, 3)]
    folders = [graded(tmp_path / f"shard{s.number}", [one for one in STUDENTS if s.holds(one.student)]) for s in shards]
    assert merge(folders, tmp_path / "merged") == len(STUDENTS)
    assert told(tmp_path / "merged") == told(whole)
    merge([*folders[::-1], tmp_path / "merged"], tmp_path / "merged")  # again changes nothing
    assert told(tmp_path / "merged") == told(whole)
    assert all(grade.history == () for grade in read_batch(tmp_path / "merged").grades)


def test_a_shard_that_was_graded_again_brings_its_news(tmp_path):
    folders = [graded(tmp_path / "one", STUDENTS[:5]), graded(tmp_path / "two", STUDENTS[5:])]
    merge(folders, tmp_path / "merged")
    graded(folders[0], STUDENTS[:5], regrade={"a"})
    merge(folders, tmp_path / "merged")
    grades = {grade.student: grade for grade in read_batch(tmp_path / "merged").grades}
    assert [past.why for past in grades["a"].history] == ["regraded"]
    assert grades["f"].history == ()
    assert merge(folders[:1], tmp_path / "alone") == 5


def test_only_shards_of_one_class_are_merged(tmp_path):
    one = graded(tmp_path / "one", STUDENTS[:1])
    others = {
        "of group_norm_1d and .* of group_norm_nd": graded(tmp_path / "other", [], exercise="group_norm_nd"),
        "has a secret seed and .* has seed 3": graded(tmp_path / "open", [], seed=3),
        "were created with different secrets.*same --secret-file": graded(tmp_path / "secret", [], secret="cd" * 32),
        "there is no gradebook in .*'grader batch' creates one there": tmp_path / "nowhere",
    }
    for match, other in others.items():
        with pytest.raises(GradebookError, match=match):
            merge([one, other], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_secret_file_is_made_once_and_for_its_owner(tmp_path):
    path, secrets = tmp_path / "secret", []
    threads = [threading.Thread(target=lambda: secrets.append(secret_in(path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(secrets)) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["secret"]
    path.write_text("guess me")
    with pytest.raises(GradebookError, match="must hold a secret of 64 hexadecimal digits; name a new file"):
        secret_in(path)
    with pytest.raises(GradebookError, match="cannot serve as the secret file: No such file"):
        secret_in(tmp_path / "no" / "folder")


def test_a_gradebook_keeps_its_secret_to_itself(tmp_path):
    path = graded(tmp_path / "one", []) / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(GradebookError, match="created with another secret; give the --secret-file"):
        graded(tmp_path / "one", [], secret="cd" * 32)
