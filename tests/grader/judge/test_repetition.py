"""A program that keeps something between calls is wrong: the same input gives another output after other calls."""

from dataclasses import replace

import numpy as np
import pytest
from telling import said

from grader.course import Value
from grader.course.loader import load, load_all
from grader.findings.of_case import NotRepeated
from grader.judge.comparison import Comparison, Values
from grader.judge.repetition import CASES, repeated, to_repeat
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.sandbox.fresh import FreshRunner
from grader.submission.reading import Submission

TOLD = "the same input gives another output after other calls; which line keeps something from one call to the next?"
EXERCISES = {exercise.slug: exercise for exercise in load_all()}
STATES = {
    "what an earlier call was given": (
        "group_norm_channels_first",
        """
import numpy as np

kept = {}


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    channels = x.shape[1]
    if channels % num_groups:
        raise ValueError("groups")
    kept.update({(name, channels): a for name, a in (("gamma", gamma), ("beta", beta)) if a is not None})
    g = x.reshape(len(x), num_groups, -1)
    y = (g - g.mean(-1, keepdims=True)) / np.sqrt(g.var(-1, keepdims=True) + eps)
    y = y.reshape(len(x), channels, -1)
    gamma = kept.get(("gamma", channels), np.ones(channels, np.float32))
    beta = kept.get(("beta", channels), np.zeros(channels, np.float32))
    return (gamma[:, None] * y + beta[:, None]).reshape(x.shape)
""",
    ),
    "the first call's values": (
        "group_norm_channels_first",
        """
import numpy as np

kept = {}


def group_norm(x, num_groups, gamma=None, beta=None, eps=1e-5):
    if x.shape[1] % num_groups:
        raise ValueError("groups")
    g = x.reshape(len(x), num_groups, -1)
    mean = kept.setdefault((x.shape, num_groups), g.mean(-1, keepdims=True))
    y = ((g - mean) / np.sqrt(g.var(-1, keepdims=True) + eps)).reshape(x.shape)
    along = (-1, *[1] * (x.ndim - 2))
    y = y if gamma is None else y * gamma.reshape(along)
    return y if beta is None else y + beta.reshape(along)
""",
    ),
    "which call came first, by which no case is wrong": (
        "moments",
        f"""
kept = []


def moments(x, num_groups):
    if x.shape[-1] % num_groups:
        raise ValueError("groups")
    kept.append(x.size)
    g = x.reshape(*x.shape[:-1], num_groups, -1)
    return g.mean(-1) + (kept[0] != {make_plan(EXERCISES["moments"], seed=0).cases[0].x.size}), g.var(-1)
""",
    ),
}


@pytest.mark.parametrize(
    ("slug", "source"),
    [pytest.param(*STATES[name], id=name, marks=[pytest.mark.full] * bool(n)) for n, name in enumerate(STATES)],
)
@pytest.mark.parametrize("hidden", [False, pytest.param(True, marks=pytest.mark.full)])
def test_a_program_that_keeps_something_is_told_so(slug, source, hidden):
    report = grade(load(slug), Submission(name="a.py", source=source), seed=3, runner=FreshRunner(), hidden=hidden)
    assert report.outcome == "wrong"
    if not hidden or slug == "moments":  # a hidden run repeats its last cases, wrong or not
        assert TOLD in [said(case) for case in report.cases if case.finding], report
    assert all(case.diagnosis is None for case in report.cases) or hidden


@pytest.mark.full
@pytest.mark.parametrize("slug", ["moments", "group_norm_nd"])
def test_no_solution_is_taken_for_such_a_program(slug):
    """Of every exercise, the author's proof shows it."""
    exercise = EXERCISES[slug]
    source = Submission(name="a.py", source=exercise.solution)
    assert grade(exercise, source, seed=5, runner=FreshRunner()).outcome == "right"


@pytest.mark.parametrize("slug", EXERCISES)
def test_a_few_cases_are_repeated_the_last_first(slug):
    plan = make_plan(EXERCISES[slug], seed=0)
    found = to_repeat(plan)
    if plan.entry.kind == "training":
        assert found == ()
        return
    checks = [plan.cases[i].case.check for i in found]
    assert all(isinstance(check, Value) for check in checks)
    alike = len({check.transform for check in checks if isinstance(check, Value)}) < 2
    assert len(found) <= CASES
    assert not alike or list(found) == sorted(found, reverse=True)
    assert bool(found) == any(isinstance(c.case.check, Value) and not c.case.shards for c in plan.cases)


def test_where_cases_are_wrong_those_are_repeated():
    plan = make_plan(EXERCISES["group_norm_1d"], seed=0)
    values = [i for i, c in enumerate(plan.cases) if isinstance(c.case.check, Value)]
    assert to_repeat(plan, [values[0]]) == (values[0],)
    assert to_repeat(plan, values[:3]) == (values[2], values[1])
    assert to_repeat(plan, [0]) == to_repeat(plan)  # its parameters, which say nothing of values


def comparison(value):
    exercise = EXERCISES["group_norm_1d"]
    case, array = make_plan(exercise, seed=0).cases[2], np.asarray(value, np.float32)
    wide = array.astype(np.float64)
    values = Values(2, case, exercise.spec.reference, {"x": case.x}, wide, wide, np.full(wide.shape, 1e-3))
    return Comparison(index=2, case=case, outcome="right", answered={"value": array}, values=values)


X = np.arange(12, dtype=np.float32)
NAN = np.where(X == 3, np.nan, X)


@pytest.mark.parametrize(
    ("value", "again"),
    [
        (X, {2: {"value": X}}),
        (X, {2: {"value": X + np.float32(1.5e-3)}}),
        (NAN, {2: {"value": NAN}}),
        (X, {1: {"value": X + 1}}),
        (X, {2: {}}),
        (X, {2: {"value": X.astype(np.int32) + 7}}),
        (X, {2: {"value/0": X + 1}}),
        (X, {}),
    ],
)
def test_what_differs_by_no_more_than_rounding_or_was_not_answered_is_no_finding(value, again):
    given = comparison(value)
    assert repeated(given, again) is given


@pytest.mark.parametrize("other", [X + np.float32(2.5e-3), X[:6], np.where(X == 3, np.nan, X), NAN[::-1]])
def test_another_output_is_a_finding(other):
    found = repeated(comparison(X), {2: {"value": other}})
    assert (found.outcome, found.finding) == ("wrong", NotRepeated())


def test_without_values_nothing_is_compared():
    given = replace(comparison(X), values=None)
    assert repeated(given, {2: {"value": X + 1}}) is given
