"""Mistakes in one branch: the proof finds those that nothing would catch, and the course has none."""

import pytest
from sampled import first

from grader.authoring.branches import Branches, Survivor, branches
from grader.authoring.proof import Claim
from grader.authoring.proof_in_words import in_words
from grader.course.loader import load, load_all
from grader.plan import situations
from grader.plan.cases import make_plan

COURSE = [e for e in load_all() if situations.situations(e, make_plan(e, seed=0))]
COURSE.sort(key=lambda exercise: exercise.slug != "group_norm_1d")


@pytest.mark.parametrize("exercise", first(COURSE), ids=lambda exercise: exercise.slug)
def test_every_mistake_in_one_branch_is_caught(exercise):
    found = branches(exercise, make_plan(exercise, seed=1))  # 0 is the author's proof's
    assert found.survivors == ()
    assert found.caught > 100


def test_cases_alone_leave_branches_open(monkeypatch):
    """Eps matters in one case, at one number of groups: without situations, it could be forgotten at all others."""
    exercise = load("group_norm_1d")
    plan = make_plan(exercise, seed=0)
    whole = branches(exercise, plan)
    monkeypatch.setattr(situations, "MOST", 0)
    found = branches(exercise, plan)
    assert ("eps_ignored", ("groups", 1)) in {(one.misconception, one.trait) for one in found.survivors}
    assert min(one.margin for one in found.survivors) >= 5
    assert found.caught < whole.caught


def test_what_is_said_of_them():
    assert in_words(Claim(subject="branches", holds=True, branches=Branches(caught=7, survivors=()))) == (
        "a misconception in one branch only is caught: 7 of 7"
    )
    open_ = tuple(Survivor(misconception="eps", trait=("rank", n), margin=9.0) for n in range(7))
    told = in_words(Claim(subject="branches", holds=False, branches=Branches(caught=3, survivors=open_)))
    assert told.startswith("a misconception in one branch only is caught: 3 of 10; not eps where rank is 0, eps where")
    assert told.endswith("eps where rank is 4, and 2 more")
