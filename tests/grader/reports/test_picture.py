"""The error map and its picture."""

import struct

import numpy as np
import pytest
from telling import compared

from grader.cli.main import run
from grader.course.loader import load
from grader.diagnosis.error_map import error_map
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan
from grader.report import CaseResult, ErrorMap
from grader.reports import picture
from grader.sandbox.transcript import Answer

EXERCISE = load("group_norm_nd")
PLAN = make_plan(EXERCISE, seed=3)
needs_matplotlib = pytest.mark.skipif(not picture.AVAILABLE, reason="matplotlib, an extra, is not installed")


def result(planned, outcome, visibility="public"):
    return CaseResult(
        name=planned.case.name,
        seed=3,
        outcome=outcome,
        points=0,
        max_points=1,
        situation="",
        visibility=visibility,
    )


def mapped(change, name="images", visibility="public"):
    index, planned = next((i, p) for i, p in enumerate(PLAN.cases) if p.case.name == name)
    exact = EXERCISE.spec.reference.value(float64_arrays(planned, EXERCISE.spec.reference), planned.arguments)
    answer = Answer(arrays={"value": change(exact.copy())}, problem=None, printed="")
    results = [result(p, "wrong" if i == index else "right", visibility) for i, p in enumerate(PLAN.cases)]
    comparison = compared(index, planned, EXERCISE.spec.reference, answer)
    return error_map([comparison], results), exact


def test_the_map_has_sign_and_size_and_the_borders_of_groups():
    def change(y):
        y[..., 1] += 0.5
        y[0, 0, 0, 2] -= 2.0
        return y

    found, exact = mapped(change)
    wanted = np.zeros_like(exact)
    wanted[..., 1] = 0.5
    wanted[0, 0, 0, 2] = -2.0
    np.testing.assert_allclose(found.error, wanted, atol=1e-12)
    assert (found.case, found.borders) == ("images", (3, 6, 9))


def test_no_map_of_a_hidden_case_nor_of_one_of_another_size_nor_of_a_right_one():
    assert mapped(lambda y: y + 1, visibility="hidden")[0] is None
    assert mapped(lambda y: np.zeros(5))[0] is None
    assert mapped(lambda y: y)[0] is None


@pytest.mark.full
@needs_matplotlib
@pytest.mark.parametrize("shape", [(12,), (1, 12), (2, 3, 5, 12), (3, 1), (500, 64)])
def test_a_picture_is_a_png_that_shows_something(tmp_path, shape):
    error = np.zeros(shape)
    error[..., 0] = 1.0
    error.flat[-1] = np.nan
    path = tmp_path / "error.png"
    picture.save(ErrorMap(case="a case", seed=0, error=error, borders=(4, 8)), path)
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert data.startswith(b"\x89PNG")
    assert 400 < width < 4000
    assert 250 < height < 2500


@pytest.mark.full
@needs_matplotlib
def test_opposite_errors_make_other_pictures(tmp_path):
    seen = set()
    for sign in (1, -1):
        path = tmp_path / f"{sign}.png"
        picture.save(ErrorMap(case="a", seed=0, error=np.full((2, 4), 0.3 * sign), borders=()), path)
        seen.add(path.read_bytes())
    assert len(seen) == 2


@needs_matplotlib
@pytest.mark.parametrize(
    ("name", "says"), [("error.jpg", "does not end in .png"), ("no/where.png", "name a file in an existing folder")]
)
def test_a_picture_that_cannot_be_written_is_refused_before_anything_runs(tmp_path, capsys, name, says):
    path = tmp_path / "s.py"
    path.write_text("", "utf-8")
    assert run(["check", "group_norm_1d", str(path), "--picture", str(tmp_path / name)]) == 2
    assert says in capsys.readouterr().err


def test_without_matplotlib_the_way_out_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(picture, "AVAILABLE", False)
    assert run(["check", "group_norm_1d", str(tmp_path / "s.py"), "--picture", str(tmp_path / "p.png")]) == 2
    assert "pip install 'groupnorm-jax[picture]'" in capsys.readouterr().err


@pytest.mark.full
@needs_matplotlib
def test_check_draws_and_says_so_and_never_of_a_hidden_run(tmp_path, capsys):
    path, drawn = tmp_path / "s.py", tmp_path / "p.png"
    solution = load("group_norm_1d").solution
    path.write_text(solution.replace("((grouped - mean) /", "(grouped /"), "utf-8")
    assert run(["check", "group_norm_1d", str(path), "--picture", str(drawn)]) == 1
    assert drawn.exists()
    assert 'The error of "worked example" is drawn in' in capsys.readouterr().err
    assert run(["check", "group_norm_1d", str(path), "--picture", str(drawn), "--hidden"]) == 2
    assert "leave one of them out" in capsys.readouterr().err
    assert run(["check", "group_norm_1d", str(path), "--hidden"]) == 1
    said = capsys.readouterr()
    assert "secret seed" in said.err
    assert "seed" not in said.out
