"""``import grader``, as another program uses it."""

import json
import subprocess
import sys

import pytest

import grader
from grader.course.loader import COURSE
from grader.reports import as_json

EXERCISE = grader.load("moments", COURSE)
RIGHT = COURSE / "moments" / "solution.py"


def test_public_names_are_there_sorted_and_documented():
    assert sorted(grader.__all__) == grader.__all__ == dir(grader)
    assert all(getattr(grader, name).__doc__ for name in grader.__all__)
    with pytest.raises(AttributeError, match="module 'grader' has no attribute 'grade'"):
        _ = grader.grade


def test_the_import_loads_nothing_until_a_name_is_used():
    shown = (
        "import sys, grader; print(sorted(m for m in sys.modules if m.split('.')[0] in ('grader', 'numpy', 'rich')))"
    )
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    assert done.stdout == "['grader']\n"


def test_a_file_is_graded_and_its_report_written(walled, tmp_path):
    assert "moments" in grader.exercises()
    file = tmp_path / "mine.py"
    file.write_text(RIGHT.read_text("utf-8"), "utf-8")
    report = grader.grade_file(EXERCISE, file, seed=3, runner=walled)
    assert (report.outcome, report.score, report.seed) == ("right", report.max_score, 3)
    assert "Seed 3." in grader.render(report)
    assert as_json.read(json.loads(grader.render(report, "json"))).outcome == "right"


@pytest.mark.full
def test_a_text_is_graded_as_a_file_is(walled):
    assert grader.grade_source(EXERCISE, RIGHT.read_text("utf-8"), runner=walled).outcome == "right"
    wrong = grader.grade_source(EXERCISE, "x = 1\n", runner=walled)
    assert (wrong.outcome, wrong.score, wrong.error.kind) == ("wrong", 0, "missing")
    assert "defines no moments" in grader.render(wrong)
    notebook = grader.grade_source(EXERCISE, "{}", name="mine.ipynb", runner=walled)
    assert notebook.error.kind == "notebook"


def test_misuse_says_the_rule_and_a_way_out(walled, tmp_path):
    with pytest.raises(grader.UnknownExerciseError, match="no exercise is called 'moment'; there are: "):
        grader.load("moment")
    with pytest.raises(grader.NoSuchFileError, match="cannot be read: No such file"):
        grader.grade_file(EXERCISE, tmp_path / "none.py", runner=walled)
    with pytest.raises(ValueError, match="seed must be from 0 to 2147483647, got -1"):
        grader.grade_source(EXERCISE, "x = 1\n", seed=-1, runner=walled)
    with pytest.raises(ValueError, match="no format is called 'pdf'; choose from terminal, "):
        grader.render(grader.grade_source(EXERCISE, "", runner=walled), "pdf")
    with pytest.raises(ValueError, match="runner 'docker' is not available here; choose from "):
        grader.open_runner("docker")
