"""What a traced program is evaluated on: every trait has its turn, every shape meets every distribution and mask."""

import json
from itertools import combinations

import numpy as np
import pytest

from grader.course import Draw, Gradient
from grader.course.loader import load
from grader.plan.cases import make_plan
from grader.plan.draws import HALF
from grader.plan.situations import FAR, MODERATE, MOST, all_situations, situations, traits


def of(slug, seed=0, hidden=False):
    exercise = load(slug)
    plan = make_plan(exercise, seed=seed, hidden=hidden)
    return plan, situations(exercise, plan)


def ways(one):
    return {(case.case.x.mean, case.case.x.std) for case in one.situations}


def test_every_shape_meets_every_distribution():
    plan, found = of("group_norm_affine")
    shapes = {case.x.shape for one in found for case in one.situations}
    assert shapes >= {(2, 12, 3, 5), (2, 12, 12), (3, 12)}
    wanted = {(x.mean, x.std) for x in (case.case.x for case in plan.cases) if isinstance(x, Draw)} | {MODERATE}
    for one in found:
        half = one.situations[0].x.dtype.name in HALF
        assert ways(one) >= {(mean, std) for mean, std in wanted if not half or abs(mean) <= FAR * std}
        assert ((FAR, 1.0) in ways(one)) == half
        assert len({case.x.tobytes() for case in one.situations}) == len(one.situations)


def test_half_precision_is_spared_means_at_which_it_tells_no_values_apart():
    _, found = of("group_norm_images")
    halves = [one for one in found if one.situations[0].x.dtype.name in HALF]
    assert halves
    assert all(abs(mean) <= FAR * std for one in halves for mean, std in ways(one))


def test_the_largest_eps_is_asked_for_at_every_shape():
    plan, found = of("group_norm_images")
    largest = max(case.arguments["eps"] for case in plan.cases)
    asked = {one.situations[0].x.ndim for one in found if one.message["case"]["arguments"]["eps"] == largest}
    assert asked == {2, 3, 4, 5}


@pytest.mark.parametrize("slug", ["group_norm_1d", "group_norm_nnx", "masked_group_norm", "sharded_group_norm"])
def test_each_trait_has_its_turn_with_and_without_a_gradient(slug):
    exercise = load(slug)
    plan = make_plan(exercise, seed=0)

    def met(given):
        held = [traits(one.situations[0]) for one in given]
        return {(asked, trait) for asked, *rest in held for trait in rest}

    found = situations(exercise, plan)
    assert len(found) <= MOST
    assert met(found) == met(all_situations(exercise, plan))


def test_traits_meet_where_their_mistakes_show():
    """With one value in each group, nothing shows; in half precision, little."""
    _, found = of("group_norm_nnx")
    telling = [
        c for c in (one.situations[0] for one in found) if c.x.dtype == np.float32 and c.num_groups != c.channels
    ]
    pairs = {pair for case in telling for pair in combinations(traits(case), 2)}
    assert (("rank", 2), ("eps", 0.5)) in pairs


def test_a_gradient_is_asked_for_at_every_shape_if_it_is_at_one():
    _, found = of("group_norm_images")
    kinds = {(isinstance(one.situations[0].case.check, Gradient), one.situations[0].x.ndim) for one in found}
    assert {(gradient, 3) for gradient in (True, False)} <= kinds


def test_the_worker_is_told_no_value():
    _, found = of("group_norm_images", seed=7)
    _, again = of("group_norm_images", seed=8)
    assert [json.dumps(one.message).replace('"seed": 7', "") for one in found] == [
        json.dumps(one.message).replace('"seed": 8', "") for one in again
    ]
    assert any((a.situations[0].x != b.situations[0].x).any() for a, b in zip(found, again, strict=True))


def test_the_shape_of_a_worked_example_counts_and_its_numbers_do_not():
    plan, found = of("group_norm_images", hidden=True)
    single = [one for one in found if one.situations[0].x.shape == (1, 2, 4)]
    assert single
    for one in single:
        near = plan.cases[one.index]
        assert isinstance(near.case.x, Draw)  # what the situation is told as
        assert all((case.case.name, case.hidden) == (near.case.name, True) for case in one.situations)


def test_a_situation_is_told_as_the_case_that_is_most_like_it():
    plan, found = of("group_norm_channels_first")
    for one in found:
        given, told = one.situations[0].case.parameters, plan.cases[one.index].case.parameters
        assert given.keys() == told.keys()


def test_masks_have_gaps_at_every_shape():
    _, found = of("masked_group_norm")
    shapes = {}
    for case in (case for one in found for case in one.situations):
        rows = case.parameters["mask"].reshape(len(case.x), -1)
        shapes.setdefault(case.x.shape, []).append(bool((np.diff(rows.astype(int)) > 0).any()))
    assert all(set(shapes[shape]) == {True, False} for shape in [(3, 5, 12), (3, 12, 12), (2, 3, 4, 12)])


def test_a_kernel_has_every_distribution_at_every_shape():
    _, found = of("weight_standardization")
    kernels = {}
    for case in (case for one in found for case in one.situations):
        kernels.setdefault(case.parameters["kernel"].shape, set()).add(case.case.parameters["kernel"].mean)
    assert kernels.keys() >= {(3, 2, 3, 4), (3, 2, 3, 1), (1, 1, 3, 4), (1, 1, 3, 1), (3, 3, 3, 3)}
    assert all(1000.0 in means for means in kernels.values())


def test_shards_meet_every_distribution():
    _, found = of("sharded_group_norm")
    meshes = {(one.situations[0].x.ndim, *one.situations[0].case.shards.mesh.values()) for one in found}
    assert meshes >= {(3, 1), (3, 2), (3, 4), (3, 2, 2), (4, 4), (4, 2)}
    assert all((1000.0, 0.25) in ways(one) for one in found)


def test_what_trains_has_none():
    assert of("small_batch_classifier")[1] == ()


def test_a_line_of_the_report_names_kernels_and_masks():
    (kernel,) = (case for case in of("weight_standardization")[0].cases if case.case.name == "a small kernel")
    assert kernel.situation().endswith(", mean 0.5  kernel: float32[3, 2, 3, 4], std 0.0078")
    (masked,) = (case for case in of("masked_group_norm")[0].cases if case.case.name == "one group")
    assert masked.situation() == "num_groups=1 eps=1e-05  x: float32[3, 5, 12]  mask: 9 of 15 true"
