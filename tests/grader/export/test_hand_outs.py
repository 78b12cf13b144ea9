"""What learners and repositories are given: nothing of a solution, nothing overwritten."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from grader.cli import main
from grader.course.loader import load, load_all
from grader.export import student, workflow


def telling(exercise):
    """Lines that only the solution has."""
    known = exercise.starter + exercise.statement
    return [line.strip() for line in exercise.solution.splitlines() if len(line) > 30 and line.strip() not in known]


@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
def test_nothing_of_the_solution_nor_of_its_mistakes_is_handed_out(exercise):
    files = student.folder(exercise, "groupnorm-jax")
    assert set(files) == {"README.md", f"{exercise.slug}.py"}
    text = "".join([*files.values(), workflow.workflow(exercise, file="a.py", install="groupnorm-jax")])
    assert telling(exercise)
    assert not any(line in text for line in telling(exercise))
    assert not any(misconception.text in text for misconception in exercise.spec.misconceptions)


def test_a_workflow_has_no_rights_and_quotes_what_it_is_given():
    text = workflow.workflow(load("moments"), file='my "file" $(x).py', install="https://x.org/a.whl; rm -rf ~")
    told = yaml.safe_load(text)
    assert told["permissions"] == {"contents": "read"}
    (job,) = told["jobs"].values()
    install, grade, _ = (step for step in job["steps"] if "run" in step)
    assert install["env"] == {"INSTALL": "https://x.org/a.whl; rm -rf ~"}
    assert grade["env"] == {"FILE": 'my "file" $(x).py'}
    assert grade["run"] == 'grader check moments "$FILE" --format github'
    assert "secrets" not in text


ROOT = Path(__file__).parents[3]
BETRAYING = "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n"


def run_step(name, folder, **values):
    """Runs a step of the workflow as GitHub would, but always in the checkout, with this Python in front."""
    (job,) = yaml.safe_load(workflow.workflow(load("moments"), file="moments.py", install="groupnorm-jax"))[
        "jobs"
    ].values()
    (step,) = (step for step in job["steps"] if step.get("name") == name)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, **job["env"], **step["env"], **values}
    environment.pop("PYTHONPATH", None)
    return step, subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path):
    """A learner's repository whose folders bear the names of modules that the workflow's steps import."""
    for name in ("pip", "grader", "click", "yaml", "json", "numpy", "jax", "encodings"):
        (tmp_path / name).mkdir()
        for file in ("__init__.py", "__main__.py"):
            (tmp_path / name / file).write_text(BETRAYING)
    (tmp_path / "moments.py").write_text(load("moments").solution)
    return tmp_path


@pytest.mark.full
def test_a_learner_s_folder_called_pip_does_not_run_instead_of_pip(checkout):
    def betrayed():
        return list(checkout.glob("*/ran"))

    python = [sys.executable, "-m", "pip", "install", "--help"]
    subprocess.run(python, cwd=checkout, env={**os.environ, "PYTHONSAFEPATH": ""}, check=False, capture_output=True)
    assert betrayed()  # the trap works
    for ran in betrayed():
        ran.unlink()
    step, done = run_step("Install the grader", checkout, INSTALL="--help")  # no network is needed for this
    assert step["working-directory"] == "${{ runner.temp }}"
    assert (done.returncode, betrayed()) == (0, [])
    assert "Usage:" in done.stdout
    _, done = run_step("Install the grader", checkout, INSTALL="--help", PYTHONSAFEPATH="")
    assert (done.returncode, betrayed()) == (0, [])


def test_nothing_in_the_checkout_runs_instead_of_the_grader(checkout):
    _, done = run_step("Grade", checkout, FILE="nowhere.py")
    assert done.returncode == 2
    assert "nowhere.py cannot be read" in done.stdout + done.stderr
    assert not list(checkout.glob("*/ran"))


@pytest.mark.full
def test_nothing_in_the_checkout_runs_while_the_grader_grades(checkout):
    _, done = run_step("Grade", checkout)
    assert done.returncode == 0, done.stderr
    assert "All is right" in done.stdout
    assert not list(checkout.glob("*/ran"))


def test_actions_are_pinned_by_commit_and_the_same_everywhere():
    texts = [workflow.workflow(load("moments"), file="a.py", install="x")]
    texts += [path.read_text("utf-8") for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    used = [re.findall(r"uses: *(.+)", text) for text in texts]
    assert all(used)
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line) for lines in used for line in lines)
    assert len({line for lines in used for line in lines}) == len({line.split("@")[0] for line in used[0]})


def test_a_learner_s_folder_can_be_followed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main.run(["export", "student", "moments", "--install", "git+https://x.org/y"]) == 0
    assert (tmp_path / "moments" / "moments.py").read_text("utf-8") == load("moments").starter
    readme = (tmp_path / "moments" / "README.md").read_text("utf-8")
    assert readme.startswith(load("moments").statement.splitlines()[0])
    assert "    pip install git+https://x.org/y\n    grader check moments moments.py" in readme
    (tmp_path / "moments" / "README.md").unlink()
    assert main.run(["export", "student", "moments"]) == 2
    assert "moments.py already exists and was not changed" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "moments" / "README.md").exists()


def test_a_workflow_is_written_where_github_looks(tmp_path, capsys):
    assert main.run(["export", "github", "moments", "--out", str(tmp_path), "--file", "src/a.py"]) == 0
    text = (tmp_path / ".github" / "workflows" / "moments.yml").read_text("utf-8")
    assert yaml.safe_load(text)["jobs"]["grade"]["steps"][3]["env"] == {"FILE": "src/a.py"}
    assert main.run(["export", "github", "nope", "--out", str(tmp_path)]) == 2
    (tmp_path / "file").write_text("x")
    assert main.run(["export", "github", "moments", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
