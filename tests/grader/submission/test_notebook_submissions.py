"""Notebooks through the real commands: what is around the program does not matter, and lines are cells'."""

import json
import subprocess
import sys

import jsonschema
import pytest
from notebooks import AFTER, AROUND, notebook

from grader.classroom.load_results import read_batch
from grader.cli import main
from grader.course.loader import load
from grader.reports import as_json
from grader.sandbox import choice

EXERCISE = load("group_norm_1d")
SOLUTION = EXERCISE.solution
WRONG = {
    "eps_outside_root": ("jnp.sqrt(variance + self.eps)", "(jnp.sqrt(variance) + self.eps)"),
    "sample_variance": ("jnp.mean((grouped - mean) ** 2, axis=-1,", "jnp.var(grouped, ddof=1, axis=-1,"),
    "affine_swapped": ("gamma * normalized + beta", "beta * normalized + gamma"),
}

FORBIDDEN = """\
from flax import linen as nn


class MyGroupNorm(nn.Module):
    num_groups: int
    eps: float = 1e-6

    @nn.compact
    def __call__(self, x):
        return nn.GroupNorm(self.num_groups)(x)
"""


def check(tmp_path, *cells, name="homework.ipynb", options=()):
    (tmp_path / name).write_bytes(notebook(*cells))
    arguments = [sys.executable, "-m", "grader", "check", EXERCISE.slug, str(tmp_path / name), *options]
    return subprocess.run(arguments, capture_output=True, text=True, check=False, cwd=tmp_path)


def test_a_right_notebook_is_right_whatever_stands_around(tmp_path):
    done = check(tmp_path, *AROUND, SOLUTION, *AFTER)
    assert (done.returncode, done.stderr) == (0, "")
    assert "11 of 11 cases" in done.stdout


@pytest.mark.full
@pytest.mark.parametrize("idea", WRONG)
def test_a_wrong_line_is_named_by_its_cell(idea, tmp_path):
    text = SOLUTION.replace(*WRONG[idea])
    assert text != SOLUTION
    line = next(n for n, (a, b) in enumerate(zip(text.split("\n"), SOLUTION.split("\n"), strict=True), 1) if a != b)
    done = check(tmp_path, *AROUND, text, *AFTER, options=["--format", "json"])
    told = json.loads(done.stdout)
    jsonschema.validate(told, json.loads(as_json.SCHEMA.read_text("utf-8")))
    named = [[one["name"] for one in case["diagnosis"]["ideas"]] for case in told["cases"] if case["diagnosis"]]
    assert named
    assert all(names == [idea] for names in named)
    assert (told["departure"]["line"], told["departure"]["place"]) == (None, f"cell 5, line {line}")
    assert told["departure"]["text"].startswith(f"Cell 5, line {line} is the first whose values are wrong:")


@pytest.mark.full
def test_an_exception_s_line_is_its_cell_s(tmp_path):
    broken = SOLUTION.replace("variance = ", "variance = nothing * ")
    line = next(n for n, text in enumerate(broken.split("\n"), 1) if "nothing" in text)
    done = check(tmp_path, "x = 1", broken, "def broken(:")
    assert done.returncode == 1
    assert f"cell 2, line {line}, in __call__: variance = nothing" in done.stdout
    said = " ".join(done.stdout.split())
    assert "Code cell 3 is left out: Python cannot read it (line 1: invalid syntax); it begins with " in said


@pytest.mark.full
@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (["def other(): pass"], "the file defines no MyGroupNorm; it defines other"),
        ([("markdown", SOLUTION)], "the notebook contains no code"),
        ([EXERCISE.starter, "check(MyGroupNorm)"], "this is the unchanged starter"),
        ([FORBIDDEN], "not allowed here: flax.linen.GroupNorm"),
    ],
)
def test_what_is_said_of_other_notebooks(cells, says, tmp_path, capsys):
    (tmp_path / "a.ipynb").write_bytes(notebook(*cells))
    assert main.run(["check", EXERCISE.slug, str(tmp_path / "a.ipynb")]) == 1
    assert says in " ".join(capsys.readouterr().out.split())


@pytest.mark.full
@pytest.mark.skipif(choice.DEFAULT != "warm", reason="the sandbox needs Linux")
def test_a_class_of_notebooks_and_new_outputs_are_no_new_text(tmp_path, capsys):
    made = tmp_path / "class"
    made.mkdir()
    (made / "ann.ipynb").write_bytes(notebook(*AROUND, SOLUTION))
    (made / "bob.ipynb").write_bytes(notebook(SOLUTION.replace(*WRONG["affine_swapped"])))
    (made / "cat.ipynb").write_bytes(b"{")
    batch = ["batch", EXERCISE.slug, str(made), "--out", str(tmp_path / "out")]
    assert main.run(batch) == 0
    grades = {grade.student: grade for grade in read_batch(tmp_path / "out").grades}
    assert [grade.report.outcome for grade in grades.values()] == ["right", "wrong", "wrong"]
    assert grades["cat"].report.error.kind == "notebook"
    (made / "ann.ipynb").write_bytes(notebook(*AROUND, SOLUTION, metadata={"saved": "again"}))
    assert main.run(batch) == 0
    assert read_batch(tmp_path / "out").grades[0].graded == grades["ann"].graded
    assert "a notebook that cannot be read 1" in capsys.readouterr().out
