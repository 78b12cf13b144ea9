"""What a traced program is evaluated on: every shape meets every distribution, and an eps that matters."""

import json

from grader.course import Gradient
from grader.course.loader import load
from grader.plan.cases import make_plan
from grader.plan.situations import MODERATE, MOST, situations


def of(slug, seed=0):
    exercise = load(slug)
    plan = make_plan(exercise, seed=seed)
    return plan, situations(exercise, plan)


def test_every_shape_meets_every_distribution():
    plan, found = of("group_norm_affine")
    shapes = {case.x.shape for one in found for case in one.situations}
    assert {(2, 12, 3, 5), (2, 12, 12), (3, 12)} & shapes
    wanted = {(case.case.x.mean, case.case.x.std) for one in found for case in one.situations}
    assert MODERATE in wanted
    for one in found:
        assert {(case.case.x.mean, case.case.x.std) for case in one.situations} == wanted
        assert len({case.x.tobytes() for case in one.situations}) == len(wanted)
        assert plan.cases[one.index].case.name == one.situations[0].case.name


def test_the_largest_eps_is_asked_for_everywhere():
    plan, found = of("group_norm_1d")
    largest = max(case.arguments["eps"] for case in plan.cases)
    assert {case.arguments["eps"] for one in found for case in one.situations} == {largest}
    assert all(one.message["case"]["arguments"]["eps"] == largest for one in found)


def test_a_gradient_is_asked_for_at_every_shape_if_it_is_at_one():
    _, found = of("group_norm_images")
    kinds = {(isinstance(one.situations[0].case.check, Gradient), one.situations[0].x.ndim) for one in found}
    assert {(gradient, 3) for gradient in (True, False)} <= kinds


def test_the_worker_is_told_no_value():
    _, found = of("group_norm_images", seed=7)
    _, again = of("group_norm_images", seed=8)
    assert len(found) <= MOST
    assert [json.dumps(one.message).replace('"seed": 7', "") for one in found] == [
        json.dumps(one.message).replace('"seed": 8', "") for one in again
    ]
    assert any((a.situations[0].x != b.situations[0].x).any() for a, b in zip(found, again, strict=True))


def test_what_trains_has_none():
    assert of("small_batch_classifier")[1] == ()
