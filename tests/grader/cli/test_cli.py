"""The command line through its real entry points, as its users run it: exit code and text."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import jsonschema
import pytest
from sampled import first

from grader.authoring.redteam import descendants
from grader.cli import main
from grader.course.loader import load, load_all, slugs
from grader.reports import as_json
from grader.sandbox import choice

EXERCISE = load("group_norm_nd")
GRADER = [str(Path(sys.executable).with_name("grader"))]
MODULE = [sys.executable, "-m", "grader"]
SCHEMA = json.loads(as_json.SCHEMA.read_text("utf-8"))
RIGHT = (Path(as_json.__file__).parents[1] / "cli" / "demo" / "right.py").read_text("utf-8")

# A dozen wrong submissions, each a slip in a right one: (what, instead of what, what the report says).
SLIPS = {
    "missing_root": ("jnp.sqrt(var + self.eps)", "(var + self.eps)", "division by the variance"),
    "eps_outside_root": ("jnp.sqrt(var + self.eps)", "(jnp.sqrt(var) + self.eps)", "eps outside the square root"),
    "eps_1e5_hard_coded": ("self.eps)", "1e-5)", "eps fixed at 1e-5"),
    "eps_ignored": ("var + self.eps", "var", "eps left out"),
    "sample_variance": (
        "keepdims=True)\n        x_hat",
        "keepdims=True, ddof=1)\n        x_hat",
        "the sample variance",
    ),
    "groups_ignored": ("self.num_groups, -1)", "1, -1)", "one group of all channels"),
    "group_size_confused": ("self.num_groups, -1)", "-1, self.num_groups)", "num_groups taken for the size"),
    "affine_missing": (
        "gamma * x_hat.reshape(x.shape) + beta",
        "x_hat.reshape(x.shape)",
        "gamma and beta never applied",
    ),
    "affine_swapped": ("gamma * x_hat.reshape(x.shape) + beta", "beta * x_hat.reshape(x.shape) + gamma", "exchanged"),
    "mean_kept": ("(groups - mean) /", "groups /", "the mean is not taken away"),
    "one_pass_variance": (
        "groups.var(axis=-1, keepdims=True)",
        "(groups**2).mean(axis=-1, keepdims=True) - mean**2",
        "E[x^2] - E[x]^2",
    ),
    "parameters_of_flax": ('"gamma"', '"scale"', "the parameters must be beta, gamma; yours are beta, scale"),
    "no refusal": (
        "assert channels % self.num_groups == 0",
        "if channels % self.num_groups: return x\n        assert True",
        "the call must raise an exception; yours returned an array of shape (5, 12)",
    ),
    "not jit-able": ("mean = ", "assert float(groups.sum()) != 0.5\n        mean = ", "under jit"),
}


# A shell has what it starts in the background ignore SIGINT; a user's terminal does not.
ATTENTIVE = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


def command(*arguments, via=GRADER, **environment):
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    return subprocess.run(
        [*via, *arguments], capture_output=True, text=True, check=False, timeout=300, env={**kept, **environment}
    )


@pytest.mark.full
@pytest.mark.parametrize("via", [GRADER, MODULE], ids=["grader", "python -m grader"])
def test_list(via):
    done = command("list", via=via, COLUMNS="200")
    assert done.returncode == 0
    assert ("A classifier trained at batch size 2 (practice)" in done.stdout) == ("small_batch_classifier" in slugs())
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [e.slug for e in load_all()]


@pytest.mark.full
def test_show_hint_and_solution():
    exercise = load("moments")
    assert command("show", "moments").stdout == exercise.statement
    assert command("solution", "moments", "--anyway").stdout == exercise.solution
    last = len(exercise.spec.hints)
    for number in (1, last):
        done = command("hint", "moments", str(number), COLUMNS="1000")
        assert done.stdout.startswith(f"Hint {number} of {last}. {exercise.spec.hints[number - 1]}\n")
        assert (f"grader hint moments {number + 1}" in done.stdout) == (number < last)


@pytest.mark.full
def test_start_copies_the_starter_and_never_overwrites(tmp_path):
    target = tmp_path / "new" / "group_norm_1d.py"
    done = command("start", "group_norm_1d", str(target.parent))
    assert done.returncode == 0
    assert target.read_text("utf-8") == load("group_norm_1d").starter
    target.write_text("mine", "utf-8")
    done = command("start", "group_norm_1d", str(target.parent))
    assert done.returncode == 2
    assert "already exists and was not changed" in done.stderr
    assert target.read_text("utf-8") == "mine"
    done = command("start", "group_norm_1d", str(target))
    assert done.returncode == 2
    assert "cannot make the folder" in " ".join(done.stderr.split())


@pytest.mark.parametrize("slug", first(["group_norm_1d", "stable_variance"]))
def test_the_solution_is_right(slug, tmp_path):
    """Of every exercise, the author's proof shows it."""
    (tmp_path / "s.py").write_text(load(slug).solution, "utf-8")
    done = command("check", slug, str(tmp_path / "s.py"), "--seed", "12345", COLUMNS="60")
    assert (done.returncode, done.stderr) == (0, "")
    assert "WRONG" not in done.stdout
    assert re.search(r"Seed 12345\. Reproduce with:\n  grader check", done.stdout)
    assert "\x1b" not in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if "/" not in line) <= 60


@pytest.mark.full
@pytest.mark.parametrize("name", SLIPS)
def test_a_dozen_wrong_submissions(name, tmp_path, walled, monkeypatch, capsys):
    """In this process, with the sandbox that is open already: only the reports matter here."""
    monkeypatch.setattr(choice, "runner", lambda *_: nullcontext(walled))
    old, new, says = SLIPS[name]
    assert old in RIGHT
    (tmp_path / "s.py").write_text(RIGHT.replace(old, new), "utf-8")
    assert main.run(["check", "group_norm_nd", str(tmp_path / "s.py"), "--format=json"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    report = json.loads(out)
    jsonschema.validate(report, SCHEMA)
    assert report["outcome"] == "wrong"
    assert 0 <= report["score"] < report["max_score"] == 21
    assert report["isolation"]["level"] in ("strong", "partial", "none")
    texts = [
        c["message"] + (c["diagnosis"] or {"text": ""})["text"] + c["name"] for c in report["cases"] if c["message"]
    ]
    assert any(says in text for text in texts)
    named = {idea["name"] for c in report["cases"] if c["diagnosis"] for idea in c["diagnosis"]["ideas"]}
    known = {m.name for m in load("group_norm_nd").spec.misconceptions if m.value}
    assert named == ({name} & known)


@pytest.mark.full
def test_what_was_printed_is_in_the_json_case_by_case(tmp_path):
    source = RIGHT.replace("        channels =", "        print('shape', x.shape)\n        channels =")
    (tmp_path / "s.py").write_text("print('importing')\n" + source, "utf-8")
    report = json.loads(command("check", "group_norm_1d", str(tmp_path / "s.py"), "--format=json").stdout)
    assert report["outcome"] == "right"
    assert report["cases"][0]["output"].startswith("importing\nshape (6,)\n")
    assert report["cases"][3]["output"] == "shape (12,)\n"


@pytest.mark.full
def test_hostile_text_reaches_no_terminal(tmp_path):
    source = "print('\\x1b]0;owned\\x07')\nraise ValueError('\\x1b[2J[red]\\u202e\\ud800')"
    (tmp_path / "s.py").write_text(source, "utf-8")
    done = command("check", "group_norm_1d", str(tmp_path / "s.py"), COLUMNS="200")
    assert done.returncode == 1
    assert r"raised ValueError: \x1b[2J[red]\u202e\ud800" in done.stdout
    assert r"\x1b]0;owned\x07" in done.stdout
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", done.stdout)


@pytest.mark.full
def test_a_terminal_that_cannot_show_a_character_does_not_stop_the_report(tmp_path):
    (tmp_path / "s.py").write_text("raise ValueError('群')", "utf-8")
    done = command("check", "group_norm_1d", str(tmp_path / "s.py"), PYTHONIOENCODING="ascii")
    assert done.returncode == 1
    assert r"raised ValueError: \u7fa4" in done.stdout


@pytest.mark.full
def test_json_of_misuse_validates_too(tmp_path):
    for arguments in (["nope", "x.py"], ["group_norm_1d", str(tmp_path / "nowhere.py")]):
        done = command("check", *arguments, "--format=json")
        assert done.returncode == 2
        report = json.loads(done.stdout)
        jsonschema.validate(report, SCHEMA)
        assert report["outcome"] == "not_checked"
        assert report["error"]["kind"] == "misuse"


@pytest.mark.full
def test_demo_shows_a_right_and_a_wrong_report():
    done = command("demo", COLUMNS="60")
    assert (done.returncode, done.stderr) == (0, "")
    assert "19 of 19 cases, 21 of 21 points" in done.stdout
    assert done.stdout.count("The mistake: eps outside the square root.") == 1
    assert "WRONG  small variance" in done.stdout


@pytest.mark.full
@pytest.mark.parametrize("runner", choice.NAMES)
@pytest.mark.parametrize("number", first([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
def test_stopping_leaves_a_word_and_no_traceback_and_no_process(tmp_path, number, runner):
    (tmp_path / "s.py").write_text("import time\nwhile True: time.sleep(60)", "utf-8")
    check = ["check", "group_norm_1d", str(tmp_path / "s.py"), "--time-limit", "600", "--runner", runner]
    with subprocess.Popen(
        [sys.executable, "-c", ATTENTIVE, *GRADER, *check],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:  # fmt: skip
        while not any(has_jax_threads(pid) for pid in descendants(process.pid)):
            assert process.poll() is None
            time.sleep(0.05)
        everybody = descendants(process.pid)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err.strip()) == (128 + number, "", "stopped")
    assert not list(tmp_path.glob("grader-*"))
    deadline = time.monotonic() + 10
    while (left := {pid for pid in everybody if running(pid)}) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


def running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state not in "ZX"


def has_jax_threads(pid):
    """As only a worker has, once JAX has started in it."""
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir())) > 2
    except OSError:
        return False


@pytest.fixture
def broken(monkeypatch):
    """A grader with a fault of its own; its messages may quote hostile text."""

    def fails(*_):
        raise RuntimeError("\x1b[2Jours")

    monkeypatch.setattr("grader.cli.course.slugs", fails)
    monkeypatch.setattr("grader.cli.course.load", fails)


SENTENCE = (
    "The grader itself failed: RuntimeError: \\x1b[2Jours\n"
    "This is not the fault of any submission. Run 'grader --debug ...' to see the traceback.\n"
)


@pytest.mark.usefixtures("broken")
def test_a_fault_of_ours_is_exit_code_3_and_a_sentence_without_a_traceback(capsys):
    assert main.run(["list"]) == 3
    assert capsys.readouterr() == ("", SENTENCE)


@pytest.mark.parametrize("by", ["option", "environment"])
@pytest.mark.usefixtures("broken")
def test_debug_adds_the_traceback_in_plain_text(by, capsys, monkeypatch):
    if by == "environment":
        monkeypatch.setenv("GRADER_DEBUG", "1")
    assert main.run([*["--debug"] * (by == "option"), "list"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ERROR: the command failed\nTraceback (most recent call last):\n")
    assert err.endswith(f"RuntimeError: \\x1b[2Jours\n{SENTENCE}")
    monkeypatch.delenv("GRADER_DEBUG", raising=False)
    assert main.run(["list"]) == 3
    assert capsys.readouterr().err == SENTENCE  # the option is about one command only


@pytest.mark.usefixtures("broken")
def test_debug_leaves_json_alone(capsys):
    assert main.run(["--debug", "check", "nope", "x.py", "--format=json"]) == 3
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["kind"] == "grader"
    assert "Traceback" in err


UNSTARTABLE = (
    "import sys; sys.modules['rich'] = None\nfrom grader.__main__ import main; sys.argv[1:] = ['list']; main()"
)


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_grader_that_cannot_start_is_a_sentence_and_a_traceback_on_request(debug):
    """Such as one whose installation lacks a package: nothing of the command line could be imported."""
    done = command("-c", UNSTARTABLE, via=[sys.executable], GRADER_DEBUG=debug)
    assert done.stdout == ""
    if debug:
        assert done.stderr.startswith("Traceback (most recent call last):\n")
        assert "No module named 'rich" in done.stderr.splitlines()[-1]
    else:
        assert done.returncode == 3
        first, second = done.stderr.splitlines()
        assert first.startswith("The grader could not start: ModuleNotFoundError(")
        assert second == "Set GRADER_DEBUG=1 to see the traceback."


FAULTY = """
import sys
from grader.cli import check, main
def fails(*_, **__): raise RuntimeError("ours")
check.check_file = fails
sys.exit(main.run(sys.argv[1:]))
"""


@pytest.mark.full
@pytest.mark.parametrize(("options", "debug"), [([], ""), (["--debug"], ""), ([], "1")])
def test_a_real_process_prints_the_traceback_of_our_fault_only_on_request(options, debug, tmp_path):
    (tmp_path / "s.py").write_text(EXERCISE.solution, "utf-8")
    check = [*options, "check", "group_norm_nd", str(tmp_path / "s.py"), "--runner", "fresh"]
    done = command("-c", FAULTY, *check, via=[sys.executable], GRADER_DEBUG=debug)
    assert (done.returncode, done.stdout) == (3, "")
    asked = bool(options or debug)
    assert ("Traceback (most recent call last):" in done.stderr) == asked
    assert ("in fails" in done.stderr) == asked  # the line at fault
    assert "The grader itself failed: RuntimeError: ours\n" in done.stderr


@pytest.mark.full
@pytest.mark.parametrize("debug", ["", "1"])
def test_a_fault_while_comparing_costs_a_case_and_shows_its_traceback_on_request(
    debug, tmp_path, walled, monkeypatch, capsys
):
    """The command goes on; the report says that the grader failed, and holds no traceback in any case."""

    def fails(*_):
        raise RuntimeError("ours")

    monkeypatch.setattr(choice, "runner", lambda *_: nullcontext(walled))
    monkeypatch.setattr("grader.pipeline.judge", fails)
    monkeypatch.setenv("GRADER_DEBUG", debug)
    (tmp_path / "s.py").write_text(RIGHT, "utf-8")
    assert main.run(["check", "group_norm_nd", str(tmp_path / "s.py")]) == 3
    out, err = capsys.readouterr()
    assert "the grader failed here: RuntimeError: ours" in out
    assert "Traceback" not in out
    assert ("Traceback" in err) == bool(debug)


def test_what_any_room_logs_is_printed_only_on_request(monkeypatch, capsys):
    """Also while a verdict is reached: a fault in the diagnosis, say, costs a paragraph and no command."""
    logging.getLogger("grader").error("nothing asks for it")

    def slugs(_folder):
        logging.getLogger("grader.diagnosis").error("swallowed")
        return []

    monkeypatch.setattr("grader.cli.course.slugs", slugs)
    for options, printed in (([], ""), (["--debug"], "ERROR: swallowed\n")):
        assert main.run([*options, "list"]) == 0
        assert capsys.readouterr().err == printed


@pytest.mark.full
def test_version_and_help():
    assert command("--version").stdout.startswith("grader, version 0.1.0")
    done = command("--help")
    for name in (
        "list",
        "next",
        "show",
        "start",
        "hint",
        "solution",
        "check",
        "batch",
        "merge",
        "watch",
        "demo",
        "author",
        "doctor",
        "redteam",
        "report",
    ):
        assert f"\n  {name} " in done.stdout


@pytest.mark.full
def test_the_reader_may_leave_early():
    done = subprocess.run(
        f"{GRADER[0]} show group_norm_nd | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True, executable="/bin/bash", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.full
def test_less_isolation_than_is_required_runs_nothing(tmp_path):
    (tmp_path / "s.py").write_text("raise SystemExit", "utf-8")
    check = ["check", "group_norm_1d", str(tmp_path / "s.py"), "--runner", "fresh", "--require", "partial"]
    done = command(*check)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Not run: --require partial, but the isolation level here is none; not isolated: user id" in done.stderr
    done = command(*check, "--format=json")
    assert done.returncode == 3
    report = json.loads(done.stdout)
    jsonschema.validate(report, SCHEMA)
    assert report["error"]["kind"] == "isolation"


@pytest.mark.full
@pytest.mark.skipif(choice.DEFAULT != "warm", reason="the sandbox needs Linux")
def test_doctor_says_what_holds_and_what_to_do():
    done = command("doctor", COLUMNS="160")
    assert (done.returncode, done.stderr) == (0, "")
    level = re.search(r"isolation level (\w+): ", done.stdout)[1]
    if level == "strong":
        assert "seccomp              holds" in done.stdout
        assert "can " not in done.stdout
    done = command("doctor", "--runner", "fresh", COLUMNS="160")
    assert "isolation level none: for feedback on your own programs, not for grading" in done.stdout
    assert "use --runner warm, on Linux" in done.stdout
