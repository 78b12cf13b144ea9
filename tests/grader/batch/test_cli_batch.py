"""The commands for a class, through their entry points; those that need the warm runner run real programs."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from scripted import Script

from exercises.loader import load
from grader import cli, cli_batch
from grader.batch import grading
from grader.batch.gradebook import NAME
from grader.batch.read import read_batch
from grader.redteam import descendants
from grader.runners import choice

ATTACK = (Path(__file__).parents[2] / "attacks" / "ending" / "os_exit_in_call.py").read_text("utf-8")
RIGHT = (Path(cli.__file__).parent / "demo" / "right.py").read_text("utf-8")
EPS = "jnp.sqrt(var + self.eps)"
# What a class hands in: a few right, wrong in known ways, hostile, empty, the same twice.
TEXTS = {
    "ann": RIGHT,
    "bob": RIGHT.replace(EPS, "(jnp.sqrt(var) + self.eps)"),
    "cat": RIGHT.replace(EPS, "jnp.sqrt(var)"),
    "dan": RIGHT.replace(EPS, "(jnp.sqrt(var) + self.eps)"),
    "eve": "",
    "fay": ATTACK,
    "gil": RIGHT.replace(EPS, "(var + self.eps)"),
    "hal": "def broken(:\n",
}
# A shell has what it starts in the background ignore SIGINT; a user's terminal does not.
ATTENTIVE = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
warm = pytest.mark.skipif(choice.DEFAULT != "warm", reason="the wall needs Linux")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "class"
    made.mkdir()
    for student, text in TEXTS.items():
        (made / f"{student}.py").write_text(text, "utf-8")
    return made


@pytest.fixture
def script(monkeypatch):
    """The scripted runner in place of real ones, and what went through it."""
    made = Script()
    monkeypatch.setattr(grading.choice, "runner", lambda *_, **__: made.make())
    return made


def played(tmp_path, **texts):
    made = tmp_path / "played"
    made.mkdir(exist_ok=True)
    for student, text in texts.items():
        (made / f"{student}.py").write_text(text, "utf-8")
    return ["batch", "group_norm_1d", str(made), "--out", str(tmp_path / "out"), "--allow-unsandboxed"]


def verdicts(out):
    return {
        g.student: (
            g.report.outcome,
            g.report.score,
            [(c.name, c.outcome, c.points, c.message, c.diagnosis) for c in g.report.cases],
        )
        for g in read_batch(out).grades
    }


def command(*arguments):
    return [sys.executable, "-m", "grader", *map(str, arguments)]


def test_a_class_is_told_on_half_a_screen(tmp_path, script, capsys):
    assert cli.run(played(tmp_path, ann="right", bob="wrong", cat="right", eve=" ")) == 0
    out, err = capsys.readouterr()
    assert out.startswith("group_norm_1d: 4 students: 2 right, 2 wrong\n  wrong without a run: an empty file 1\n")
    assert "the same text: ann = cat" in out
    assert out.endswith(f"gradebook: {tmp_path / 'out' / NAME}\n")
    assert err.startswith("one file or folder a student: 4 students\n")
    assert script.made == script.closed == 1


@pytest.mark.usefixtures("script")
def test_what_is_not_checked_is_exit_code_3_and_a_reason(tmp_path, capsys):
    assert cli.run(played(tmp_path, ann="right", bob="dies")) == 3
    assert "not checked: bob: tried 2 times; the last time the warm process is gone" in capsys.readouterr().out


def test_nothing_is_started_where_nothing_is_to_be_run(tmp_path, script, capsys):
    arguments = played(tmp_path, ann="right", bob="wrong")
    assert cli.run(arguments) == 0
    assert cli.run(arguments) == 0
    assert script.made == 1
    assert cli.run([*arguments, "--regrade"]) == 0
    assert cli.run([*arguments, "--regrade", "ann"]) == 0
    assert [source for source, _ in script.ran].count("right") == 3
    assert [source for source, _ in script.ran].count("wrong") == 2
    assert cli.run([*arguments, "--regrade", "nobody"]) == 2
    assert "--regrade nobody: nobody here is called so" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("script")
def test_a_roster_and_a_pattern(tmp_path, capsys):
    arguments = played(tmp_path, ann_x="right", stranger_x="wrong")
    (tmp_path / "roster.csv").write_text("id,name\nann,Ann Smith\nbob,Bob Li\n")
    assert cli.run([*arguments, "--roster", str(tmp_path / "roster.csv"), "--pattern", "{student}_{*}.py"]) == 0
    out, err = capsys.readouterr()
    assert "pattern: 3 students\nnot in the roster: stranger\n" in err
    assert "1 nothing handed in" in out
    assert [(g.student, g.name) for g in read_batch(tmp_path / "out").grades][:2] == [
        ("ann", "Ann Smith"),
        ("bob", "Bob Li"),
    ]


@pytest.mark.usefixtures("script")
def test_shards_and_their_merger(tmp_path, capsys):
    arguments = played(tmp_path, ann="right", bob="wrong", cat="right too", dan="wrong too")
    for shard in "12":
        out = ["--out", str(tmp_path / f"shard{shard}"), "--shard", f"{shard}/2"]
        assert cli.run([*arguments, *out]) == 2
        assert "give each the same --secret-file" in " ".join(capsys.readouterr().err.split())
        assert cli.run([*arguments, *out, "--secret-file", str(tmp_path / "secret")]) == 0
    whole = [*arguments, "--out", str(tmp_path / "whole"), "--secret-file", str(tmp_path / "secret")]
    assert cli.run(whole) == 0
    shards = [str(tmp_path / "shard1"), str(tmp_path / "shard2")]
    capsys.readouterr()
    assert cli.run(["merge", *shards, "--out", str(tmp_path / "merged")]) == 0
    assert "group_norm_1d: 4 students: 2 right, 2 wrong" in capsys.readouterr().out
    assert verdicts(tmp_path / "merged") == verdicts(tmp_path / "whole")
    seeds = [[g.seed for g in read_batch(tmp_path / name).grades] for name in ("merged", "whole")]
    assert seeds[0] == seeds[1]
    assert cli.run(["merge", str(tmp_path), "--out", str(tmp_path / "merged")]) == 2
    assert "there is no gradebook in" in capsys.readouterr().err


def test_less_isolation_than_grades_need_runs_nothing(tmp_path, script, capsys):
    assert cli.run(played(tmp_path, ann="right")[:-1]) == 3
    assert "Not run: grades need isolation level partial or strong, but here it is none" in capsys.readouterr().err
    assert not script.ran


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--shard", "3/2", "--seed", "1"], "--shard: a shard is written i/n"),
        (["--pattern", "x"], "--pattern must have {student} once"),
        (["--roster", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["--secret-file", "/nowhere/secret"], "cannot serve as the secret file: No such file"),
    ],
)
def test_misuse(tmp_path, capsys, more, says):
    assert cli.run([*played(tmp_path, ann="right"), *more]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("script")
def test_more_misuse(tmp_path, capsys):
    arguments = played(tmp_path, ann="right")
    assert cli.run([arguments[0], "nope", *arguments[2:]]) == 2
    assert cli.run([*arguments, "--out", str(tmp_path / "played" / "out")]) == 2
    assert "lies within the submissions" in " ".join(capsys.readouterr().err.split())
    (tmp_path / "file").write_text("x")
    assert cli.run([*arguments, "--out", str(tmp_path / "file")]) == 2
    assert "is no folder for the gradebook: File exists" in " ".join(capsys.readouterr().err.split())
    assert cli.run(arguments) == 0
    assert cli.run([*arguments, "--seed", "3"]) == 2
    assert "was begun with a secret seed, not with seed 3" in " ".join(capsys.readouterr().err.split())
    with cli_batch._locked(tmp_path / "out", tmp_path / "played"):  # noqa: SLF001 - as another grader holds it
        assert cli.run(arguments) == 2
    assert "another grader is at work on" in " ".join(capsys.readouterr().err.split())


def test_stopping_says_how_to_go_on(tmp_path, script, capsys):
    def interrupt(source):
        if source == "waits":
            os.kill(os.getpid(), signal.SIGTERM)

    script.on_run = interrupt
    script.stop.set()  # whatever waits gives up at once
    assert cli.run([*played(tmp_path, ann="right", bob="waits"), "--jobs", "1"]) == 130
    assert "The same command goes on from here." in capsys.readouterr().err
    assert list(verdicts(tmp_path / "out")) == ["ann"]
    script.on_run = lambda _: None
    (tmp_path / "played" / "bob.py").write_text("wrong")
    assert cli.run(played(tmp_path)) == 0
    assert [source for source, _ in script.ran] == ["right", "waits", "wrong"]


@warm
def test_a_real_class_killed_at_three_moments_ends_as_an_unbroken_one(tmp_path, folder):
    secret = ["--secret-file", tmp_path / "secret"]
    batch = ["batch", "group_norm_1d", folder, "--jobs", "2", *secret]
    done = subprocess.run(command(*batch, "--out", tmp_path / "whole"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "one file or folder a student: 8 students")
    assert "8 students: 1 right, 7 wrong" in done.stdout
    assert "the same text: bob = dan" in done.stdout
    out = tmp_path / "broken"
    for moment in (1, 3, 5):
        killed_at(moment, command(*batch, "--out", out), out / NAME)
    before = count(out / NAME)
    done = subprocess.run(command(*batch, "--out", out), capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert 5 <= before <= count(out / NAME) == 7  # verdicts: bob and dan share one
    whole, broken = verdicts(tmp_path / "whole"), verdicts(out)
    assert broken == whole
    named = {s: {c[4].misconception for c in v[2] if c[4]} for s, v in whole.items()}
    assert named["bob"] == {"eps_outside_root"}
    known = {m.name for m in load("group_norm_1d").spec.misconceptions}
    assert all(name in known for names in named.values() for both in names for name in both.split(" + "))


def killed_at(verdict, arguments, gradebook):
    """Runs a batch, and kills it once its gradebook has so many verdicts; nothing of it stays alive."""
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while count(gradebook) < verdict:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.02)
        everybody = descendants(process.pid)
        process.kill()
    deadline = time.monotonic() + 20
    while (left := {pid for pid in everybody if Path(f"/proc/{pid}/exe").exists()}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def count(gradebook):
    """Verdicts, as another process sees them."""
    if not gradebook.exists():
        return 0
    try:
        with closing(sqlite3.connect(gradebook, timeout=60)) as db:
            return db.execute("SELECT count(*) FROM verdict").fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # its tables are yet to be made


@warm
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_real_batch_stops_cleanly_in_the_middle_of_a_submission(tmp_path, number):
    folder = tmp_path / "class"
    folder.mkdir()
    (folder / "ann.py").write_text("import time\ntime.sleep(60)", "utf-8")
    batch = command("batch", "group_norm_1d", folder, "--out", tmp_path / "out")
    with subprocess.Popen([sys.executable, "-c", ATTENTIVE, *batch], stderr=subprocess.PIPE, text=True) as process:
        while not begun(tmp_path / "out" / NAME):
            assert process.poll() is None
            time.sleep(0.05)
        everybody = descendants(process.pid)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("stopped; what was graded is in ")
    assert not begun(tmp_path / "out" / NAME)
    assert not {pid for pid in everybody if Path(f"/proc/{pid}/exe").exists()}


def begun(gradebook):
    if not gradebook.exists():
        return 0
    try:
        with closing(sqlite3.connect(gradebook, timeout=60)) as db:
            return db.execute("SELECT coalesce(sum(times), 0) FROM begun").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
