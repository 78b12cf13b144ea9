"""What learners and repositories are given: nothing of a solution, nothing overwritten."""

import pytest
import yaml

from exercises.loader import load, load_all
from grader import cli
from grader.export import github, student


def telling(exercise):
    """Lines that only the solution has."""
    known = exercise.starter + exercise.statement
    return [line.strip() for line in exercise.solution.splitlines() if len(line) > 30 and line.strip() not in known]


@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
def test_nothing_of_the_solution_nor_of_its_mistakes_is_handed_out(exercise):
    files = student.folder(exercise, "groupnorm-jax")
    assert set(files) == {"README.md", f"{exercise.slug}.py"}
    text = "".join([*files.values(), github.workflow(exercise, file="a.py", install="groupnorm-jax")])
    assert telling(exercise)
    assert not any(line in text for line in telling(exercise))
    assert not any(misconception.text in text for misconception in exercise.spec.misconceptions)


def test_a_workflow_has_no_rights_and_quotes_what_it_is_given():
    text = github.workflow(load("moments"), file='my "file" $(x).py', install="https://x.org/a.whl; rm -rf ~")
    told = yaml.safe_load(text)
    assert told["permissions"] == {"contents": "read"}
    (job,) = told["jobs"].values()
    install, grade, _ = (step for step in job["steps"] if "run" in step)
    assert install["env"] == {"INSTALL": "https://x.org/a.whl; rm -rf ~"}
    assert grade["env"] == {"FILE": 'my "file" $(x).py'}
    assert grade["run"] == 'grader check moments "$FILE" --format github'
    assert "secrets" not in text


def test_a_learner_s_folder_can_be_followed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.run(["export", "student", "moments", "--install", "git+https://x.org/y"]) == 0
    assert (tmp_path / "moments" / "moments.py").read_text("utf-8") == load("moments").starter
    readme = (tmp_path / "moments" / "README.md").read_text("utf-8")
    assert readme.startswith(load("moments").statement.splitlines()[0])
    assert "    pip install git+https://x.org/y\n    grader check moments moments.py" in readme
    (tmp_path / "moments" / "README.md").unlink()
    assert cli.run(["export", "student", "moments"]) == 2
    assert "moments.py exists already and is left as it is" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "moments" / "README.md").exists()


def test_a_workflow_is_written_where_github_looks(tmp_path, capsys):
    assert cli.run(["export", "github", "moments", "--out", str(tmp_path), "--file", "src/a.py"]) == 0
    text = (tmp_path / ".github" / "workflows" / "moments.yml").read_text("utf-8")
    assert yaml.safe_load(text)["jobs"]["grade"]["steps"][3]["env"] == {"FILE": "src/a.py"}
    assert cli.run(["export", "github", "nope", "--out", str(tmp_path)]) == 2
    (tmp_path / "file").write_text("x")
    assert cli.run(["export", "github", "moments", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err
