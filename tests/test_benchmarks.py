"""The benchmarks start, and what they take from the grader is there. What they measure is not tested here."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grader.course import Parameters, Raises
from grader.course.loader import load
from grader.plan.cases import make_plan

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
SCRIPTS = sorted(BENCHMARKS.glob("*.py"))


@pytest.fixture
def module(monkeypatch):
    """Imports a script."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def imported(name):
        spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
        assert spec
        assert spec.loader
        made = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, made)  # dataclasses look their module up
        spec.loader.exec_module(made)
        return made

    return imported


@pytest.mark.full
def test_every_script_can_be_imported():
    """Libraries that they compare with are imported when one is measured."""
    text = "".join(f"import {path.stem}\n" for path in SCRIPTS)
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=BENCHMARKS, capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.full
@pytest.mark.parametrize("script", [path for path in SCRIPTS if "__main__" in path.read_text("utf-8")])
def test_every_script_says_how_it_is_used(script):
    done = subprocess.run([sys.executable, script, "--help"], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: {script.name} [-h]")


def test_the_diagnosis_can_be_left_out(module):
    with module("diagnosis")._nothing_more():  # each name that is replaced must exist
        pass


def test_other_graders_get_our_cases_with_their_expected_values(module, tmp_path):
    exercise = load("group_norm_1d")
    module("peers").write_cases(exercise, tmp_path, seed=3)
    written = json.loads((tmp_path / "cases.json").read_text("utf-8"))
    planned = make_plan(exercise, seed=3).cases
    assert [case["name"] for case in written] == [one.case.name for one in planned]
    with np.load(tmp_path / "cases.npz") as arrays:
        for index, one in enumerate(planned):
            if not isinstance(one.case.check, Raises | Parameters):
                assert arrays[f"{index}/expected"].shape == one.x.shape
                assert 0 < written[index]["allowed"] < 0.1
