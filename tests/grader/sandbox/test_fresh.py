"""The fresh runner against submissions that each try one thing."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sampled import first_rows
from telling import said

from grader.course.loader import load
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.sandbox import fresh
from grader.sandbox.base import Request
from grader.sandbox.fresh import FreshRunner, Limits
from grader.submission.reading import Submission
from grader.worker import wire

EXERCISE = load("group_norm_1d")


def run(source, **limits):
    return grade(EXERCISE, Submission(name="s.py", source=source), seed=0, runner=FreshRunner(Limits(**limits)))


def printed_by(source):
    """What a submission that defines nothing prints: a way to look around inside the worker."""
    report = run(source)
    assert report.error is not None
    assert report.error.kind in ("missing", "raised"), report.error
    return report.cases[0].output, report.error


@pytest.mark.full
def test_the_environment_is_an_allow_list(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=3")
    monkeypatch.setenv("JAX_ENABLE_X64", "1")
    out, _ = printed_by("import os, json\nprint(json.dumps(dict(os.environ)))")
    environment = json.loads(out)
    assert "SECRET_TOKEN" not in environment
    assert "device_count" not in environment["XLA_FLAGS"]
    assert "JAX_ENABLE_X64" not in environment
    assert environment["HOME"] == environment["TMPDIR"] != os.environ["HOME"]


@pytest.mark.full
def test_it_runs_in_a_folder_of_its_own_that_is_gone_afterwards():
    out, _ = printed_by("import os\nopen('left.txt', 'w').write('x')\nprint(os.getcwd())")
    assert Path(out.strip()).name.startswith("grader-")
    assert not Path(out.strip()).exists()


@pytest.mark.full
def test_it_inherits_no_descriptor_but_its_own(tmp_path):
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        source = "import os\nfor n in os.listdir('/proc/self/fd'):\n    print(n, os.readlink(f'/proc/self/fd/{n}'))"
        out, _ = printed_by(f"try:\n    {source.replace(chr(10), chr(10) + '    ')}\nexcept OSError: pass")
    assert str(tmp_path) not in out


@pytest.mark.full
def test_standard_input_is_empty():
    out, _ = printed_by("import sys\nprint(repr(sys.stdin.read()))")
    assert out == "''\n"


@pytest.mark.full
def test_no_expected_value_crosses():
    """The request holds inputs, parameters and the entry's name; the worker has loaded no other part of the grader."""
    plan = make_plan(EXERCISE, seed=0)
    encoded = Request(plan=plan, submission=Submission(name="s.py", source="")).encoded()
    (message,) = wire.Decoder().feed(encoded)
    assert set(message.body) == {"filename", "entry", "forbidden", "modules", "cases"}
    known = {"arguments", "seed", "transform", "parameters", "alone", "untouched", "of", "shards"}
    assert {key for case in message.body["cases"] for key in case} <= known
    assert {name.split("/")[-1] for name in message.arrays} == {"source", "x", "gamma", "beta"}
    # A package that the exercise forbids stands in sys.modules, too, as None.
    ours = "m.startswith(('exercises', 'grader', 'groupnorm_jax')) and sys.modules[m]"
    out, _ = printed_by(f"import sys\nprint(*[m for m in sys.modules if {ours}])")
    assert {name for name in out.split() if not name.startswith("grader.worker")} == {"grader"}


@pytest.mark.full
def test_nothing_of_its_group_survives(tmp_path):
    marker = tmp_path / "alive"
    child = f"import time\nwhile True:\n    open({str(marker)!r}, 'a').write('x')\n    time.sleep(0.05)"
    source = f"import subprocess, sys, time\nsubprocess.Popen([sys.executable, '-c', {child!r}])\ntime.sleep(1)"
    printed_by(source)
    assert marker.exists()
    size = marker.stat().st_size
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        pass
    assert marker.stat().st_size == size


@pytest.mark.full
@pytest.mark.parametrize(
    ("source", "kind"),
    first_rows(
        [
            ("while True: pass", "time"),
            (
                "import signal, time\nfor s in (15, 2, 1): signal.signal(s, signal.SIG_IGN)\nwhile True: time.sleep(1)",
                "time",
            ),
            ("import os\nwhile True: os.write(1, b'x' * 65536)", "time"),
            ("import os\nwhile True: os.write(2, b'x' * 65536)", "time"),
            ("import os, sys\nfd = int(sys.orig_argv[-1])\nwhile True: os.write(fd, b'\\xff' * 65536)", "garbled"),
            (
                "import os, sys, time\nos.write(int(sys.orig_argv[-1]), b'\\0\\0\\0\\0\\0\\0\\0\\0')\ntime.sleep(9)",
                "garbled",
            ),
            ("import os, sys\nos.close(int(sys.orig_argv[-1]))", "gone"),
            ("import os\nos._exit(0)", "gone"),
        ]
    ),
)
def test_every_ending_has_its_kind_and_none_is_right(source, kind):
    report = run(source, seconds=3.0 if kind == "time" else 20.0)
    assert (report.outcome, report.score) == ("wrong", 0)
    assert report.error is not None
    assert report.error.kind == kind


@pytest.mark.full
def test_a_forged_finish_earns_nothing():
    forged = (
        "import os, sys\nfrom grader.worker import wire\nfd = int(sys.orig_argv[-1])\n"
        "os.write(fd, wire.encode({'event': 'loaded', 'printed': ''}) + wire.encode({'event': 'finished'}))\n"
        "os._exit(0)"
    )
    report = run(forged)
    assert (report.outcome, report.score) == ("wrong", 0)
    assert report.error is None  # the forged messages did arrive


def test_a_worker_that_never_gets_ready_is_our_fault():
    report = run("x = 1", start=0.0)
    assert report.outcome == "not_checked"
    assert report.fault
    assert "was not ready after 0 s" in said(report.cases[0])


def test_an_interpreter_that_cannot_start_is_our_fault(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    report = run("x = 1")
    assert report.outcome == "not_checked"
    assert "could not be started: No such file or directory" in said(report.cases[0])


def test_a_worker_without_jax_is_our_fault(monkeypatch):
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "site-packages" not in p])
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setattr("grader.sandbox.fresh.trusted", lambda: ["/nowhere"])
    monkeypatch.setattr(sys, "executable", sys._base_executable)  # an interpreter without our packages
    report = run("x = 1")
    assert report.outcome == "not_checked"
    assert "the worker ended before it was ready" in said(report.cases[0])


@pytest.mark.full
def test_a_learners_own_jax_py_is_not_imported(tmp_path):
    """Neither by the judge nor by the worker, whatever lies in the folder where the command is run."""
    for name in ("jax.py", "numpy.py", "click.py", "flax.py"):
        (tmp_path / name).write_text("raise SystemExit('the wrong module')", "utf-8")
    for folder in ("exercises", "rich"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").write_text("raise SystemExit('the wrong package')", "utf-8")
    (tmp_path / "mine.py").write_text(EXERCISE.solution, "utf-8")
    for command in (["-m", "grader"], [str(Path(sys.executable).with_name("grader"))]):
        done = subprocess.run(
            [sys.executable, *command, "check", "group_norm_1d", "mine.py"],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("release", "known"), [("0.7.2", True), ("0.10.2", True), ("0.11.0", False), ("0.12.0.1", False)]
)
def test_a_flag_is_given_only_to_a_jaxlib_that_knows_it(release, known, monkeypatch):
    """One that it does not know ends the process before anything is graded."""
    monkeypatch.setattr(fresh, "version", lambda _: release)
    assert ("xla_cpu_use_fusion_emitters" in fresh.environment("/x")["XLA_FLAGS"]) == known
