"""The executor whose texts are graded by Dask workers: chunks, lost workers, unfit workers."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from scripted import EXERCISE
from telling import said
from test_cli_batch import NAME, RIGHT, TEXTS, command, count, verdicts, warm

from grader.authoring.redteam import descendants
from grader.classroom import dask_worker
from grader.classroom.dask_engine import ClusterError, DaskExecutor
from grader.classroom.dask_worker import BatchSettings, UnfitError, grade_chunk
from grader.classroom.digests import exercise_digest, grader_digest
from grader.classroom.executor import Text
from grader.classroom.grading import RunOptions, not_checked
from grader.cli import main
from grader.reports import as_json
from grader.submission.reading import Submission

SLUG = EXERCISE.slug
SETTINGS = BatchSettings(
    exercise=SLUG, course="", exercise_digest=exercise_digest(SLUG), grader_digest=grader_digest(), hidden=True,
    options=RunOptions(runner="fresh", unsandboxed=True, texts=9),
)  # fmt: skip


class KilledWorker(Exception):  # noqa: N818 - Dask's name
    pass


class Cluster:
    """A client of pretended workers, which answer a chunk as ``answer`` says, when the executor waits for it."""

    def __init__(self, answer, workers=2):
        self.answer, self.workers, self.chunks, self.cancelled = answer, workers, [], []

    def nthreads(self):
        return {f"tcp://{number}": 1 for number in range(self.workers)}

    def submit(self, function, settings, texts, *, pure):
        assert (function, settings.exercise, pure) == (grade_chunk, SLUG, False)
        self.chunks.append([sha256 for sha256, *_ in texts])
        future = Future()
        try:
            found = self.answer(texts)
        except Exception as error:  # as Dask does
            future.set_exception(error)
        else:
            future.set_result(found)
        return Pretended(future)

    def cancel(self, futures, *, force):
        assert force
        self.cancelled += futures


class Pretended:
    """A Dask future."""

    def __init__(self, future):
        self._future = future
        self.result, self.exception = future.result, future.exception
        self.status = "error" if future.exception() else "finished"

    def add_done_callback(self, call):
        call(self)


def report(text):
    return as_json.as_object(not_checked(EXERCISE, f"seen {text[1]['name']}", seed=1, hidden=True))


def right(texts):
    return [(text[0], report(text), []) for text in texts]


def texts(number):
    return [Text(sha256=f"{i}", submission=Submission(name=f"{i}.py", source="x"), seed=i) for i in range(number)]


def told(executor, number):
    for text in texts(number):
        executor.submit(text)
    found = dict(executor.result() for _ in range(number))
    return {sha256: said(one.report.error) for sha256, one in found.items()}


def test_chunks_are_shares_of_the_class_and_every_text_gets_its_verdict():
    cluster = Cluster(right)
    executor = DaskExecutor(cluster, EXERCISE, SETTINGS, texts=64)
    assert executor.capacity == 2 * 2 * 4
    assert told(executor, 14) == {f"{i}": f"seen {i}.py" for i in range(14)}
    assert [len(chunk) for chunk in cluster.chunks] == [4, 4, 4, 2]
    few = DaskExecutor(Cluster(right), EXERCISE, SETTINGS, texts=5)
    many = DaskExecutor(Cluster(right), EXERCISE, SETTINGS, texts=10**6)
    assert (few.capacity, many.capacity) == (4, 200)


@pytest.mark.parametrize(
    "submission",
    [
        Submission(name="a.py", source="x", notes=("a note",), modules={"tools": "y = 1"}),
        Submission(name="a.ipynb", source="x\ny", places=(("1", 1), ("[7]", 2))),
    ],
)
def test_a_worker_gets_all_of_a_submission(submission):
    assert Submission.of_fields(json.loads(json.dumps(submission.fields()))) == submission


def test_a_text_that_loses_every_worker_takes_no_other_with_it():
    def answer(chunk):
        if any(sha256 == "2" for sha256, *_ in chunk):
            raise KilledWorker("grade_chunk-1")
        return right(chunk)

    cluster = Cluster(answer)
    found = told(DaskExecutor(cluster, EXERCISE, SETTINGS, texts=64), 8)
    assert found.pop("2") == "every worker that graded it was lost"
    assert found == {f"{i}": f"seen {i}.py" for i in (0, 1, 3, 4, 5, 6, 7)}
    assert cluster.chunks == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["0"], ["1"], ["2"], ["3"]]


def test_a_worker_s_own_failure_is_told_by_its_kind_and_not_in_its_words():
    def answer(_):
        raise RuntimeError("words of the submission")

    assert told(DaskExecutor(Cluster(answer), EXERCISE, SETTINGS, texts=1), 1) == {
        "0": "a worker failed with RuntimeError"
    }


def test_what_an_unfit_worker_says_ends_it():
    def answer(_):
        raise UnfitError("other versions")

    with pytest.raises(ClusterError, match="other versions"):
        told(DaskExecutor(Cluster(answer), EXERCISE, SETTINGS, texts=1), 1)
    with pytest.raises(ClusterError, match="verdicts on other texts than it was given"):
        told(DaskExecutor(Cluster(lambda chunk: right(chunk)[1:]), EXERCISE, SETTINGS, texts=1), 1)
    with pytest.raises(ClusterError, match=r"has no workers; 'dask worker ADDRESS' starts one"):
        DaskExecutor(Cluster(right, workers=0), EXERCISE, SETTINGS, texts=1)


def test_what_is_under_way_is_given_up():
    cluster = Cluster(right)
    executor = DaskExecutor(cluster, EXERCISE, SETTINGS, texts=1)
    executor.submit(texts(1)[0])
    executor.close()
    assert len(cluster.cancelled) == 1


def test_faults_on_workers_come_back_with_the_verdicts():
    def answer(chunk):
        if chunk[0][0] == "1":
            raise RuntimeError("words of the submission")
        return [(*verdict[:2], ["attempt 1 failed"]) for verdict in right(chunk)]

    executor = DaskExecutor(Cluster(answer), EXERCISE, SETTINGS, texts=1)
    for text in texts(2):
        executor.submit(text)
    found = dict(executor.result() for _ in range(2))
    assert found["0"].faults == ("attempt 1 failed",)
    (entry,) = found["1"].faults
    assert entry.startswith("a worker failed with RuntimeError\nTraceback")
    assert entry.endswith("RuntimeError: words of the submission\n")


@pytest.mark.usefixtures("place")
def test_a_worker_sends_what_it_logged(monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no more memory")

    monkeypatch.setattr("grader.classroom.grading.grade", broken)
    ((_, told, faults),) = grade_chunk(SETTINGS, [("a", Submission(name="a.py", source="x = 1").fields(), 1)])
    assert told["outcome"] == "not_checked"
    assert [entry.splitlines()[-1] for entry in faults] == ["RuntimeError: no more memory"] * 2


@pytest.fixture
def place():
    yield
    for _, runners in dask_worker._KEPT.values():  # else they live as long as the tests
        runners.close()
    dask_worker._KEPT.clear()


@pytest.mark.full
@pytest.mark.usefixtures("place")
def test_a_worker_grades_a_chunk_and_keeps_its_runner():
    found = grade_chunk(
        SETTINGS,
        [
            ("a", Submission(name="a.py", source="def broken(:\n").fields(), 1),
            ("b", Submission(name="b.py", source="x = 1").fields(), 2),
        ],
    )
    assert [(sha256, told["outcome"], faults) for sha256, told, faults in found] == [
        ("a", "wrong", []),
        ("b", "wrong", []),
    ]
    (kept,) = dask_worker._KEPT.values()
    grade_chunk(SETTINGS, [])
    assert list(dask_worker._KEPT.values()) == [kept]


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"exercise_digest": "other"}, "a worker has another version of group_norm_1d than this machine"),
        ({"grader_digest": "other"}, "a worker has another version of the grader, Python, jax, flax or numpy than"),
        ({"course": "/nowhere"}, "a worker finds no group_norm_1d in /nowhere"),
        (
            {"options": replace(SETTINGS.options, unsandboxed=False)},
            "on a worker, grades need isolation level partial or strong",
        ),
    ],
)
def test_an_unfit_worker_refuses(changes, says):
    with pytest.raises(UnfitError, match=says):
        grade_chunk(replace(SETTINGS, **changes), [("a", Submission(name="a.py", source="x = 1").fields(), 1)])


def test_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    (tmp_path / "ann.py").write_text("x = 1", "utf-8")
    batch = ["batch", SLUG, str(tmp_path), "--out", str(tmp_path.with_name("out"))]
    assert main.run([*batch, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "--scheduler needs --engine dask" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main.run([*batch, "--engine", "dask"]) == 2
    assert "--engine dask needs Dask: pip install 'groupnorm-jax[dask]'" in capsys.readouterr().err


def class_of(folder, *, changed):
    folder.mkdir()
    for student, text in {**TEXTS, **{f"s{i}": f"{RIGHT}\nNUMBER = {i}\n" for i in range(changed)}}.items():
        (folder / f"{student}.py").write_text(text, "utf-8")


@pytest.mark.full
@warm
def test_with_a_worker_killed_midway_the_gradebook_is_that_of_an_unbroken_local_run(tmp_path):
    """Two workers over TCP on loopback: the one that is killed has graded something, and has more to do."""
    pytest.importorskip("distributed", reason="needs Dask: pip install 'groupnorm-jax[dask]'")
    folder = tmp_path / "class"
    class_of(folder, changed=8)
    batch = ["batch", SLUG, folder, "--jobs", "2", "--seed", "5"]
    done = subprocess.run(command(*batch, "--out", tmp_path / "whole"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    out = tmp_path / "dask"
    by_dask = command(*batch, "--out", out, "--engine", "dask")
    with subprocess.Popen(by_dask, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while count(out / NAME) < 6:  # four of them need no run
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        os.kill(min(workers(process.pid)), signal.SIGKILL)
        stdout, stderr = process.communicate(timeout=300)
    # A slow machine has it say more than once how far it is.
    complaints = [line for line in stderr.splitlines()[1:] if not line.startswith("grading ")]
    assert (process.returncode, complaints) == (0, [])
    assert "16 students" in stdout
    assert verdicts(out) == verdicts(tmp_path / "whole")


def workers(pid):
    """Processes that Dask has spawned below a process to grade; the tracker of resources is none."""
    return [p for p in descendants(pid) if "spawn_main" in Path(f"/proc/{p}/cmdline").read_text("utf-8", "replace")]


@pytest.mark.full
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_an_address_where_nobody_answers(tmp_path, address, monkeypatch, capsys):
    pytest.importorskip("distributed", reason="needs Dask: pip install 'groupnorm-jax[dask]'")
    monkeypatch.setattr("grader.classroom.dask_engine.PATIENCE", 0.5)
    (tmp_path / "ann.py").write_text("x = 1", "utf-8")
    out = str(tmp_path.with_name("out"))
    assert main.run(["batch", SLUG, str(tmp_path), "--out", out, "--engine", "dask", "--scheduler", address]) == 3
    assert f"no Dask scheduler answers at {address}" in " ".join(capsys.readouterr().err.split())
