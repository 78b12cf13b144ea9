"""A mistake in one branch is found in situations that no visible case has; right programs are right in all of them."""

import pytest
from telling import said

from grader.course.loader import load
from grader.pipeline import check_bytes
from grader.sandbox.warm import WARM_HERE, WarmRunner

pytestmark = pytest.mark.skipif(not WARM_HERE, reason="the warm process needs Linux")
ONE = load("group_norm_1d").solution
BRANCHES = [
    # exercise, program, situation
    ("group_norm_1d",
     ONE.replace("self.eps)", "(self.eps if self.num_groups > 1 else 0.0))"), "num_groups=1 eps=0.5"),
    ("moments",
     "import jax.numpy as jnp\n\n\ndef moments(x, num_groups):\n    g = x.reshape(*x.shape[:-1], num_groups, -1)\n"
     "    mean = g.mean(-1)\n    if num_groups == 1:\n        return mean, (g * g).mean(-1) - mean**2\n"
     "    return mean, g.var(-1)\n", "num_groups=1  x: float32[5, 12], mean"),
]  # fmt: skip


@pytest.fixture(scope="module")
def runner():
    with WarmRunner() as runner:
        yield runner


@pytest.mark.full
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(("slug", "source", "situation"), BRANCHES, ids=[slug for slug, *_ in BRANCHES])
def test_a_mistake_in_one_branch(slug, source, situation, hidden, runner):
    report = check_bytes(load(slug), source.encode(), name="x.py", seed=3, runner=runner, hidden=hidden)
    wrong = [case for case in report.cases if case.outcome == "wrong"]
    assert wrong
    assert report.score < report.max_score
    assert any(situation in case.situation for case in wrong)
    assert all(said(case) for case in wrong)


@pytest.mark.sample(1)
@pytest.mark.parametrize("slug", ["group_norm_1d", "moments", "group_norm_images", "norm_family", "mixed_precision"])
def test_right_programs_are_right_in_every_situation(slug, runner):
    exercise = load(slug)
    report = check_bytes(exercise, exercise.solution.encode(), name="x.py", seed=5, runner=runner)
    assert (report.outcome, report.score) == ("right", report.max_score)
