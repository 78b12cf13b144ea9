"""The commands for a class, through their entry points; those that need the warm runner run real programs."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sampled import first
from scripted import Script
from telling import said
from test_gradebook import of_version
from test_text import obeyed

from grader.authoring.redteam import descendants
from grader.classroom import grading
from grader.classroom.gradebook import NAME
from grader.classroom.load_results import read_batch
from grader.cli import batch, main
from grader.course.loader import load
from grader.sandbox import choice

ATTACK = (Path(__file__).parents[2] / "data" / "attacks" / "ending" / "os_exit_in_call.py").read_text("utf-8")
RIGHT = (Path(main.__file__).parents[1] / "cli" / "demo" / "right.py").read_text("utf-8")
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
            [(c.name, c.outcome, c.points, said(c), c.diagnosis) for c in g.report.cases],
        )
        for g in read_batch(out).grades
    }


def command(*arguments):
    return [sys.executable, "-m", "grader", *map(str, arguments)]


def test_a_class_is_told_on_half_a_screen(tmp_path, script, capsys):
    assert main.run(played(tmp_path, ann="right", bob="wrong", cat="right", eve=" ")) == 0
    out, err = capsys.readouterr()
    assert out.startswith("group_norm_1d: 4 students: 2 right, 2 wrong\n  wrong without a run: an empty file 1\n")
    assert "the same text: ann = cat" in out
    assert out.endswith(f"gradebook: {tmp_path / 'out' / NAME}\n")
    assert err.startswith("one file or folder a student: 4 students\n")
    assert script.made == script.closed == 1


@pytest.mark.usefixtures("script")
def test_what_is_not_checked_is_exit_code_3_and_a_reason(tmp_path, capsys):
    assert main.run(played(tmp_path, ann="right", bob="dies")) == 3
    assert "not checked: bob: tried 2 times; the last time the warm process is gone" in capsys.readouterr().out


@pytest.mark.usefixtures("script")
def test_our_own_faults_go_to_the_log_and_not_to_the_terminal(tmp_path, capsys):
    arguments = played(tmp_path, ann="right", bob="raises once", cat="dies")
    assert main.run(arguments) == 3
    out, err = capsys.readouterr()
    log = tmp_path / "out" / "grader.log"
    assert f"The grader itself failed while it graded 2 students; the log is {log}." in err.splitlines()
    assert "Traceback" not in out + err
    text = log.read_text("utf-8")
    bob, cat = (
        re.search(rf"UTC  {student}\n(.*?)\n\n", text, re.DOTALL)[1]
        for student in (r"bob \(bob\.py\)", r"cat \(cat\.py\)")
    )
    assert bob.startswith("attempt 1 of 2 failed\nTraceback (most recent call last):")
    assert bob.endswith("RuntimeError: words of the submission")
    assert cat.startswith("attempt 1 of 2 failed: the warm process is gone")
    assert log.stat().st_mode & 0o777 == 0o600
    assert main.run([*arguments, "--regrade", "ann"]) == 3  # cat, who was not checked, is tried again
    assert "failed while it graded 1 student; the log is" in capsys.readouterr().err
    assert log.read_text("utf-8").startswith(text)


@pytest.mark.usefixtures("script")
def test_a_batch_without_faults_has_no_log(tmp_path, capsys):
    assert main.run(played(tmp_path, ann="right", bob="wrong")) == 0
    assert "grader itself" not in capsys.readouterr().err
    assert not (tmp_path / "out" / "grader.log").exists()


@pytest.mark.usefixtures("script")
def test_a_log_that_cannot_be_written_stops_nobody(tmp_path, capsys):
    (tmp_path / "out" / "grader.log").mkdir(parents=True)
    assert main.run(played(tmp_path, ann="right", bob="dies")) == 3
    assert "1 student; the log could not be written (Is a directory)." in capsys.readouterr().err
    assert verdicts(tmp_path / "out")["ann"][0] == "right"


@pytest.mark.usefixtures("script")
def test_every_command_refuses_a_gradebook_of_version_1(tmp_path, capsys):
    (tmp_path / "out").mkdir()
    of_version(tmp_path / "out" / NAME, "1")
    commands = [
        played(tmp_path, ann="right"),
        ["report", str(tmp_path / "out")],
        ["merge", str(tmp_path / "out"), "--out", str(tmp_path / "merged")],
    ]
    for arguments in commands:
        assert main.run(arguments) == 2
        says = " ".join(capsys.readouterr().err.split())
        assert "of schema version 1, and this grader reads and writes version 2" in says
        assert "grade the class again into another --out folder" in says


def test_nothing_is_started_where_nothing_is_to_be_run(tmp_path, script, capsys):
    arguments = played(tmp_path, ann="right", bob="wrong")
    assert main.run(arguments) == 0
    assert main.run(arguments) == 0
    assert script.made == 1
    assert main.run([*arguments, "--regrade"]) == 0
    assert main.run([*arguments, "--regrade", "ann"]) == 0
    assert [source for source, _ in script.ran].count("right") == 3
    assert [source for source, _ in script.ran].count("wrong") == 2
    assert main.run([*arguments, "--regrade", "nobody"]) == 2
    assert "--regrade nobody: there is no such student" in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("script")
def test_a_roster_and_a_pattern(tmp_path, capsys):
    arguments = played(tmp_path, ann_x="right", stranger_x="wrong")
    (tmp_path / "roster.csv").write_text("id,name\nann,Ann Smith\nbob,Bob Li\n")
    assert main.run([*arguments, "--roster", str(tmp_path / "roster.csv"), "--pattern", "{student}_{*}.py"]) == 0
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
        assert main.run([*arguments, *out]) == 2
        assert "give each the same --secret-file" in " ".join(capsys.readouterr().err.split())
        assert main.run([*arguments, *out, "--secret-file", str(tmp_path / "secret")]) == 0
    whole = [*arguments, "--out", str(tmp_path / "whole"), "--secret-file", str(tmp_path / "secret")]
    assert main.run(whole) == 0
    shards = [str(tmp_path / "shard1"), str(tmp_path / "shard2")]
    capsys.readouterr()
    assert main.run(["merge", *shards, "--out", str(tmp_path / "merged")]) == 0
    assert "group_norm_1d: 4 students: 2 right, 2 wrong" in capsys.readouterr().out
    assert verdicts(tmp_path / "merged") == verdicts(tmp_path / "whole")
    seeds = [[g.seed for g in read_batch(tmp_path / name).grades] for name in ("merged", "whole")]
    assert seeds[0] == seeds[1]
    assert main.run(["merge", str(tmp_path), "--out", str(tmp_path / "merged")]) == 2
    assert "there is no gradebook in" in capsys.readouterr().err


def test_less_isolation_than_grades_need_runs_nothing(tmp_path, script, capsys):
    assert main.run(played(tmp_path, ann="right")[:-1]) == 3
    assert "Not run: grades need isolation level partial or strong; here it is none" in capsys.readouterr().err
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
    assert main.run([*played(tmp_path, ann="right"), *more]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


@pytest.mark.usefixtures("script")
def test_more_misuse(tmp_path, capsys):
    arguments = played(tmp_path, ann="right")
    assert main.run([arguments[0], "nope", *arguments[2:]]) == 2
    assert main.run([*arguments, "--out", str(tmp_path / "played" / "out")]) == 2
    assert "is inside the submissions" in " ".join(capsys.readouterr().err.split())
    (tmp_path / "file").write_text("x")
    assert main.run([*arguments, "--out", str(tmp_path / "file")]) == 2
    assert "is not a folder for the gradebook: File exists" in " ".join(capsys.readouterr().err.split())
    assert main.run(arguments) == 0
    assert main.run([*arguments, "--seed", "3"]) == 2
    assert "was created with a secret seed, not with seed 3" in " ".join(capsys.readouterr().err.split())
    with batch._locked(tmp_path / "out", tmp_path / "played"):  # as another grader holds it
        assert main.run(arguments) == 2
    assert "another grader is using" in " ".join(capsys.readouterr().err.split())


def test_a_damaged_report_is_replaced_by_the_command_that_is_named(tmp_path, script, capsys):
    arguments = played(tmp_path, ann="right", bob="wrong")
    assert main.run(arguments) == 0
    with closing(sqlite3.connect(tmp_path / "out" / NAME)) as db, db:
        db.execute("UPDATE verdict SET report = replace(report, 'isolation', 'insulation') WHERE outcome = 'wrong'")
    for command in (["report", str(tmp_path / "out")], arguments):
        assert main.run(command) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert "holds a damaged report of bob (KeyError: 'isolation')" in told
        assert "with --regrade bob" in told
    assert main.run([*arguments, "--regrade", "bob"]) == 0
    assert {student: outcome for student, (outcome, *_) in verdicts(tmp_path / "out").items()} == {
        "ann": "right",
        "bob": "wrong",
    }


def test_a_batch_prints_no_command_to_github_s_runner(tmp_path, script, capsys):
    names = ["::error::a", "b\n::error::b", "c ##[error]c", "\u2003::stop-commands::d", "::e::\n##[e]"]
    arguments = played(tmp_path, **dict.fromkeys(names, "wrong"))
    (tmp_path / "roster.csv").write_text("student,name\n" + "".join(f'"{name}x","{name}"\n' for name in names))
    for name in names:
        (tmp_path / "played" / f"{name}.txt").write_text("ignored")
        (tmp_path / "played" / f"f{name}.py").symlink_to("/dev/null")
    printed = ""
    for more in ([], ["--roster", str(tmp_path / "roster.csv")], ["--regrade", "::error::x\n::error::y"]):
        main.run([*arguments, *more])
        printed += "".join(capsys.readouterr())
    main.run(["report", str(tmp_path / "out")])
    main.run(["report", str(tmp_path / "out"), "--student", "::nobody::\n::error::z"])
    main.run(["check", "group_norm_1d", str(tmp_path / "\n::error::none.py")])
    printed += "".join(capsys.readouterr())
    assert all(word in printed for word in ("ignored: ", "not in the roster: ", "no such student", "cannot be read"))
    assert "error::" in printed
    assert not obeyed(printed)


def test_stopping_says_how_to_go_on(tmp_path, script, capsys):
    def interrupt(source):
        if source == "waits":
            os.kill(os.getpid(), signal.SIGTERM)

    script.on_run = interrupt
    script.stop.set()  # whatever waits gives up at once
    assert main.run([*played(tmp_path, ann="right", bob="waits"), "--jobs", "1"]) == 130
    assert "the same command resumes from here." in capsys.readouterr().err
    assert list(verdicts(tmp_path / "out")) == ["ann"]
    script.on_run = lambda _: None
    (tmp_path / "played" / "bob.py").write_text("wrong")
    assert main.run(played(tmp_path)) == 0
    assert [source for source, _ in script.ran] == ["right", "waits", "wrong"]


@pytest.mark.full
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
    shown = {s: {idea.name for c in v[2] if c[4] for idea in c[4].ideas} for s, v in whole.items()}
    assert shown["bob"] == {"eps_outside_root"}
    known = {m.name for m in load("group_norm_1d").spec.misconceptions}
    assert all(names <= known for names in shown.values())


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


@pytest.mark.full
@warm
@pytest.mark.parametrize("number", first([signal.SIGTERM, signal.SIGINT]))
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
    assert err.splitlines()[-1].startswith("Stopped. Finished verdicts are in ")
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
