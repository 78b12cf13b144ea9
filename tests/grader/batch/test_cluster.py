"""The desk whose texts are graded by Dask workers: chunks, lost workers, unfit workers."""

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
from test_cli_batch import NAME, RIGHT, TEXTS, command, count, verdicts, warm

from grader import cli
from grader.batch import remote
from grader.batch.basis import exercise_digest, grader_digest
from grader.batch.cluster import ClusterError, DaskDesk
from grader.batch.desk import Text
from grader.batch.grading import Wish, unchecked
from grader.batch.remote import Order, UnfitError, grade_chunk
from grader.redteam import descendants
from grader.reports import as_json
from grader.submission import Submission

SLUG = EXERCISE.slug
ORDER = Order(
    exercise=SLUG, course="", exercise_digest=exercise_digest(SLUG), grader_digest=grader_digest(), hidden=True,
    wish=Wish(runner="fresh", unsandboxed=True, texts=9),
)  # fmt: skip


class KilledWorker(Exception):  # noqa: N818 - Dask's name
    pass


class Cluster:
    """A client of pretended workers, which answer a chunk as ``answer`` says, when the desk waits for it."""

    def __init__(self, answer, workers=2):
        self.answer, self.workers, self.chunks, self.cancelled = answer, workers, [], []

    def nthreads(self):
        return {f"tcp://{number}": 1 for number in range(self.workers)}

    def submit(self, function, order, texts, *, pure):
        assert (function, order.exercise, pure) == (grade_chunk, SLUG, False)
        self.chunks.append([sha256 for sha256, *_ in texts])
        future = Future()
        try:
            found = self.answer(texts)
        except Exception as error:  # noqa: BLE001 - as Dask does
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
    return as_json.as_object(unchecked(EXERCISE, f"seen {text[1]}", seed=1, hidden=True))


def right(texts):
    return [(text[0], report(text)) for text in texts]


def texts(number):
    return [Text(sha256=f"{i}", submission=Submission(name=f"{i}.py", source="x"), seed=i) for i in range(number)]


def told(desk, number):
    for text in texts(number):
        desk.give(text)
    found = dict(desk.result() for _ in range(number))
    return {sha256: one.error.message for sha256, one in found.items()}


def test_chunks_are_shares_of_the_class_and_every_text_gets_its_verdict():
    cluster = Cluster(right)
    desk = DaskDesk(cluster, EXERCISE, ORDER, texts=64)
    assert desk.places == 2 * 2 * 4
    assert told(desk, 14) == {f"{i}": f"seen {i}.py" for i in range(14)}
    assert [len(chunk) for chunk in cluster.chunks] == [4, 4, 4, 2]
    few = DaskDesk(Cluster(right), EXERCISE, ORDER, texts=5)
    many = DaskDesk(Cluster(right), EXERCISE, ORDER, texts=10**6)
    assert (few.places, many.places) == (4, 200)


def test_a_text_that_loses_every_worker_takes_no_other_with_it():
    def answer(chunk):
        if any(sha256 == "2" for sha256, *_ in chunk):
            raise KilledWorker("grade_chunk-1")
        return right(chunk)

    cluster = Cluster(answer)
    found = told(DaskDesk(cluster, EXERCISE, ORDER, texts=64), 8)
    assert found.pop("2") == "every worker that graded it was lost"
    assert found == {f"{i}": f"seen {i}.py" for i in (0, 1, 3, 4, 5, 6, 7)}
    assert cluster.chunks == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["0"], ["1"], ["2"], ["3"]]


def test_a_worker_s_own_failure_is_told_by_its_kind_and_not_in_its_words():
    def answer(_):
        raise RuntimeError("words of the submission")

    assert told(DaskDesk(Cluster(answer), EXERCISE, ORDER, texts=1), 1) == {"0": "a worker failed with RuntimeError"}


def test_what_an_unfit_worker_says_ends_it():
    def answer(_):
        raise UnfitError("other versions")

    with pytest.raises(ClusterError, match="other versions"):
        told(DaskDesk(Cluster(answer), EXERCISE, ORDER, texts=1), 1)
    with pytest.raises(ClusterError, match="verdicts are not on the texts"):
        told(DaskDesk(Cluster(lambda chunk: right(chunk)[1:]), EXERCISE, ORDER, texts=1), 1)
    with pytest.raises(ClusterError, match=r"has no workers; 'dask worker ADDRESS' starts one"):
        DaskDesk(Cluster(right, workers=0), EXERCISE, ORDER, texts=1)


def test_what_is_under_way_is_given_up():
    cluster = Cluster(right)
    desk = DaskDesk(cluster, EXERCISE, ORDER, texts=1)
    desk.give(texts(1)[0])
    desk.close()
    assert len(cluster.cancelled) == 1


@pytest.fixture
def place():
    yield
    for _, runners in remote._KEPT.values():  # noqa: SLF001 - else they live as long as the tests
        runners.close()
    remote._KEPT.clear()  # noqa: SLF001


@pytest.mark.usefixtures("place")
def test_a_worker_grades_a_chunk_and_keeps_its_runner():
    found = grade_chunk(ORDER, [("a", "a.py", "def broken(:\n", 1), ("b", "b.py", "x = 1", 2)])
    assert [(sha256, told["outcome"]) for sha256, told in found] == [("a", "wrong"), ("b", "wrong")]
    (kept,) = remote._KEPT.values()  # noqa: SLF001
    grade_chunk(ORDER, [])
    assert list(remote._KEPT.values()) == [kept]  # noqa: SLF001


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"exercise_digest": "other"}, "group_norm_1d at a worker is not as it is here"),
        ({"grader_digest": "other"}, "the grader, or Python, jax, flax or numpy, at a worker is not as it is here"),
        ({"course": "/nowhere"}, "a worker sees no group_norm_1d in /nowhere"),
        ({"wish": replace(ORDER.wish, unsandboxed=False)}, "at a worker grades need isolation level partial or strong"),
    ],
)
def test_an_unfit_worker_refuses(changes, says):
    with pytest.raises(UnfitError, match=says):
        grade_chunk(replace(ORDER, **changes), [("a", "a.py", "x = 1", 1)])


def test_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    (tmp_path / "ann.py").write_text("x = 1", "utf-8")
    batch = ["batch", SLUG, str(tmp_path), "--out", str(tmp_path.with_name("out"))]
    assert cli.run([*batch, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "--scheduler goes with --engine dask" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cli.run([*batch, "--engine", "dask"]) == 2
    assert "--engine dask needs Dask: pip install 'groupnorm-jax[dask]'" in capsys.readouterr().err


def class_of(folder, *, changed):
    folder.mkdir()
    for student, text in {**TEXTS, **{f"s{i}": f"{RIGHT}\nNUMBER = {i}\n" for i in range(changed)}}.items():
        (folder / f"{student}.py").write_text(text, "utf-8")


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


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_an_address_where_nobody_answers(tmp_path, address, monkeypatch, capsys):
    pytest.importorskip("distributed", reason="needs Dask: pip install 'groupnorm-jax[dask]'")
    monkeypatch.setattr("grader.batch.cluster.PATIENCE", 0.5)
    (tmp_path / "ann.py").write_text("x = 1", "utf-8")
    out = str(tmp_path.with_name("out"))
    assert cli.run(["batch", SLUG, str(tmp_path), "--out", out, "--engine", "dask", "--scheduler", address]) == 3
    assert f"no Dask scheduler answers at {address}" in " ".join(capsys.readouterr().err.split())
