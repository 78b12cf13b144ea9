"""Classifiers trained with a wrong idea, written by other means than the misconceptions' own programs.

Two of them, since each takes its training's time; with ``--every-wrong-submission`` all.
"""

from pathlib import Path

import pytest
from telling import named, said

from grader.course.loader import load
from grader.pipeline import check_file
from grader.sandbox import choice

pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install 'groupnorm-jax[digits]'")

FILES = sorted((Path(__file__).parents[2] / "data" / "wrong_trainings").glob("*.py"))
FEW = ("batch_norm_of_flax", "labels_from_one")
EXERCISE = load("small_batch_classifier")


@pytest.fixture(scope="module")
def runner():
    with choice.runner() as warm:
        yield warm


def idea(path):
    return path.read_text("utf-8").splitlines()[0].removeprefix("# misconception: ")


@pytest.mark.full
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_wrong_and_named(path, runner, request):
    if path.stem not in FEW and not request.config.getoption("--every-wrong-submission"):
        pytest.skip("trainings take long: --every-wrong-submission runs them all")
    report = check_file(EXERCISE, path, seed=1, runner=runner)
    (case,) = report.cases
    assert report.outcome == "wrong", said(case)
    assert case.diagnosis is not None
    assert named(case.diagnosis) == idea(path), (said(case), case.diagnosis)


def test_there_is_one_for_every_idea():
    assert {idea(path) for path in FILES} == {m.name for m in EXERCISE.spec.misconceptions}
