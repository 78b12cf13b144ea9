"""Gradescope's archive, run in a folder laid out as /autograder is; what it writes, by fields and types."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from grader.authoring.redteam import descendants
from grader.cli import main
from grader.course.loader import COURSE, load
from grader.export.autograder_zip import autograder
from grader.export.wheel import wheel
from grader.sandbox import choice

EXERCISE = load("group_norm_1d")
RIGHT = EXERCISE.solution + "\n# mine\n"
WRONG = EXERCISE.solution.replace("jnp.sqrt(variance + self.eps)", "(jnp.sqrt(variance) + self.eps)")
HOSTILE = (
    "import json, os\n"
    "for path in ('ROOT/results/results.json', '../results/results.json'):\n"
    "    open(path, 'w').write(json.dumps({'score': 13}))\n"
)
HUNGRY = EXERCISE.solution.replace("    @nn.compact\n", "    eaten = [b'x' * (1 << 30)]\n\n    @nn.compact\n")
warm = pytest.mark.skipif(choice.DEFAULT != "warm", reason="grading needs the sandbox, which needs Linux")


@pytest.fixture(scope="module")
def archive():
    return autograder(EXERCISE, COURSE)


@pytest.fixture
def root(tmp_path, archive):
    """As Gradescope lays it out; its Python is this one, in which the grader is installed."""
    made = tmp_path / "autograder"
    for name in ("submission", "results", "source"):
        (made / name).mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        opened.extractall(made / "source")
    (made / "submission_metadata.json").write_text('{"id": 1}', "utf-8")
    venv = tmp_path / "venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    (venv / "python").chmod(0o755)
    return made


def started(root):
    environment = {**os.environ, "AUTOGRADER_ROOT": str(root), "AUTOGRADER_VENV": str(root.parent / "venv")}
    script = ["/bin/bash", str(root / "source" / "run_autograder")]
    return subprocess.Popen(script, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(root, **files):
    for name, text in files.items():
        (root / "submission" / f"{name}.py").write_text(text, "utf-8")
    with started(root) as process:
        out, err = process.communicate(timeout=300)
    written = root / "results" / "results.json"
    return process.returncode, json.loads(written.read_text("utf-8")) if written.exists() else None, out + err


def checked(results):
    """By fields and types, as Gradescope reads them."""
    assert {type(results["score"]), type(results["execution_time"])} <= {int, float}
    assert (results["visibility"], results["stdout_visibility"]) == ("visible", "hidden")
    assert results["output_format"] == results["test_output_format"] == "text"
    for test in results["tests"]:
        assert 0 <= test["score"] <= test["max_score"]
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] == "visible"
        assert all(type(test[key]) is str for key in ("number", "name", "output", "output_format"))
    assert results["score"] == sum(test["score"] for test in results["tests"])
    return results


@pytest.mark.full
@warm
def test_right_wrong_missing_and_hostile(root):
    code, results, said = run(root, group_norm_1d=RIGHT)
    assert (code, checked(results)["score"]) == (0, 13)
    assert said.startswith("secret seed ")
    code, results, _ = run(root, group_norm_1d=WRONG)
    assert code == 0
    assert 0 < checked(results)["score"] < 13
    assert "eps outside the square root" in json.dumps(results)
    assert not any(word in json.dumps(results) for word in ("expected ", "allowed ", "def __call__"))
    forging = HOSTILE.replace("ROOT", str(root))
    code, results, _ = run(
        root, group_norm_1d=forging + WRONG
    )  # its lines are left out, and it is as wrong as without them
    assert code == 0
    assert 0 < checked(results)["score"] < 13
    assert "by the sandbox on import" in results["output"]
    code, results, _ = run(root, group_norm_1d=HUNGRY)
    assert (code, checked(results)["score"]) == (0, 0)
    assert "memory" in results["output"]
    (root / "submission" / "group_norm_1d.py").unlink()
    code, results, _ = run(root)
    assert (code, checked(results)["score"]) == (0, 0)
    assert "nothing was handed in" in results["output"]
    assert stat.S_IMODE((root / "results").stat().st_mode) & 0o077 == 0


@pytest.mark.full
@warm
def test_our_own_failure_is_no_result(root, monkeypatch):
    """Gradescope then says that the autograder failed; no points are taken."""
    (root / "results" / "results.json").write_text('{"score": 13}', "utf-8")  # of an earlier run
    (root / "submission" / "x.py").write_text("import time\ntime.sleep(60)\n", "utf-8")
    with started(root) as process:
        while not any("grader.sandbox.zygote" in cmdline(pid) for pid in descendants(process.pid)):
            assert process.poll() is None
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    assert not (root / "results" / "results.json").exists()
    (root / "source" / "settings.json").write_text("{}", "utf-8")
    monkeypatch.delenv("GRADER_DEBUG", raising=False)
    code, results, said = run(root)
    assert (code, results) == (3, None)
    assert "Nothing was graded. This is not the fault of the submission: the grader failed with KeyError" in said
    assert "Traceback" not in said
    monkeypatch.setenv("GRADER_DEBUG", "1")
    code, results, said = run(root)
    assert (code, results) == (3, None)
    assert "Traceback (most recent call last):" in said


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")
    except OSError:
        return ""


def test_the_archive_is_the_same_each_time_and_its_scripts_can_be_run(archive):
    assert archive == autograder(EXERCISE, COURSE)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        names = opened.namelist()
        assert {"setup.sh", "run_autograder", "settings.json", "requirements.txt"} < set(names)
        for name in ("setup.sh", "run_autograder"):
            assert opened.getinfo(name).external_attr >> 16 == 0o755
            assert subprocess.run(["/bin/bash", "-n"], input=opened.read(name), check=False).returncode == 0
        assert f"\nversion={sys.version_info[0]}.{sys.version_info[1]} #" in opened.read("setup.sh").decode()
        pinned = opened.read("requirements.txt").decode().split()
    assert all("==" in line for line in pinned)
    assert {line.partition("==")[0] for line in pinned} >= {"jax", "jaxlib", "flax", "numpy"}


def test_the_wheel_is_a_wheel():
    name, data = wheel()
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        names = opened.namelist()
        assert opened.testzip() is None
        metadata = opened.read(next(n for n in names if n.endswith("METADATA"))).decode()
    assert name.startswith("groupnorm_jax-")
    assert "\nName: groupnorm-jax\n" in metadata
    assert {"grader/cli/main.py", "grader/course/exercise.py", "grader/reports/report.schema.json"} < set(names)
    assert not any("__pycache__" in n for n in names)


def test_a_folder_of_one_s_own_goes_with_it(tmp_path, monkeypatch, capsys):
    own, out = tmp_path / "own", tmp_path / "made.zip"
    assert main.run(["author", "new", "mine", "--exercises", str(own)]) == 0
    monkeypatch.chdir(tmp_path)
    assert main.run(["export", "gradescope", "mine", "--exercises", str(own), "--out", str(out)]) == 0
    assert "Wrote" in capsys.readouterr().out
    with zipfile.ZipFile(out) as opened:
        assert json.loads(opened.read("settings.json")) == {"exercise": "mine", "own": True}
        assert opened.read("course/mine/cases.py") == (own / "mine" / "cases.py").read_bytes()
