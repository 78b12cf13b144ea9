"""The three independent texts agree: the reference, the solutions, and the library."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from flax import linen as nn
from sampled import first_rows

from grader.course.loader import COURSE, import_file, load_all
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan
from groupnorm_jax import MyGroupNorm

own = bundled("_group_norm.reference")
moved, sharing, value = own.moved, own.sharing, own.value
assemble = bundled("_group_norm.parts").assemble

PER_POSITION = [e for e in load_all() if e.spec.entry.name == "MyGroupNorm"]
CASES = [(e, c) for e in PER_POSITION for c in make_plan(e, seed=3).cases if c.parameters]


@pytest.mark.parametrize(("exercise", "case"), first_rows(CASES, 3), ids=[f"{e.slug}-{c.case.name}" for e, c in CASES])
def test_reference_solution_and_library_agree(exercise, case):
    solution = import_file(COURSE, exercise.slug, "solution.py").MyGroupNorm
    want = value(float64_arrays(case, exercise.spec.reference), case.arguments)
    variables = {"params": {name: jnp.asarray(p) for name, p in case.parameters.items()}}
    tolerance = {2: 3e-2, 4: 1e-5}[case.x.dtype.itemsize] * (100 if case.case.name == "large mean" else 1)
    for layer in (solution, MyGroupNorm):
        y = layer(**case.arguments).apply(variables, jnp.asarray(case.x))
        np.testing.assert_allclose(np.asarray(y, np.float64), want, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("exercise", "case"), CASES, ids=[f"{e.slug}-{c.case.name}" for e, c in CASES])
def test_the_parts_without_a_wrong_one_are_the_reference(exercise, case):
    arrays = float64_arrays(case, exercise.spec.reference)
    got, want = assemble({})(arrays, case.arguments), value(arrays, case.arguments)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)


def test_what_shares_statistics_is_what_one_input_moves():
    x = np.random.default_rng(0).normal(size=(2, 3, 8))
    arrays = {"x": x, "gamma": np.ones(8), "beta": np.zeros(8)}
    arguments = {"num_groups": 4, "eps": 1e-5}
    labels = sharing(arrays, arguments)
    assert sorted(set(labels.ravel())) == list(range(2 * 3 * 4))
    for index in np.ndindex(x.shape):
        changed = x.copy()
        changed[index] += 1
        moves = value({**arrays, "x": changed}, arguments) != value(arrays, arguments)
        np.testing.assert_array_equal(moves, labels == labels[index])


@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
def test_paragraphs_lead_on_and_show_no_code(exercise):
    for idea in exercise.spec.misconceptions:
        assert idea.text.endswith("?"), idea.name
        assert len(re.findall(r"[.:?] ", idea.text)) >= 1, idea.name
        assert not re.search(r"jnp|\blax\.|axis=|keepdims|\(x\b|\bself\.|reshape\(", idea.text), idea.name
        assert not idea.title.endswith("."), idea.name
    texts = [idea.text for idea in exercise.spec.misconceptions]
    assert len(set(texts)) == len(texts)
    least = {
        "linen_module": 35,
        "nnx_module": 35,
        "function": 10,
        "training": 6,
    }  # what has no formula has programs: each takes seconds
    assert len(texts) >= least[exercise.spec.entry.kind]


def test_worked_example_of_the_first_statement():
    x = np.arange(1.0, 7.0)
    arrays = {"x": x, "gamma": np.ones(6), "beta": np.zeros(6)}
    np.testing.assert_allclose(
        value(arrays, {"num_groups": 2, "eps": 1e-5}), [-1.225, 0, 1.225, -1.225, 0, 1.225], atol=5e-4
    )


def test_worked_example_of_the_second_statement():
    arrays = {"x": np.array([[1.0, 3, 10, 30], [5, 5, 0, 0.01]]), "gamma": np.ones(4), "beta": np.zeros(4)}
    want = [[-1.0, 1.0, -1.0, 1.0], [0, 0, -0.845, 0.845]]
    np.testing.assert_allclose(value(arrays, {"num_groups": 2, "eps": 1e-5}), want, atol=5e-4)


def test_what_the_statement_says_of_one_group_and_of_as_many_as_channels():
    x = jax.random.normal(jax.random.PRNGKey(0), (5, 12))
    arrays = {"x": np.asarray(x, np.float64), "gamma": np.ones(12), "beta": np.full(12, 0.5)}
    np.testing.assert_array_equal(value(arrays, {"num_groups": 12, "eps": 1e-5}), np.full((5, 12), 0.5))
    layer_norm = nn.LayerNorm(epsilon=1e-5, use_bias=False, use_scale=False).apply({}, x)
    np.testing.assert_allclose(value(arrays, {"num_groups": 1, "eps": 1e-5}) - 0.5, layer_norm, atol=1e-5)


@pytest.mark.parametrize(("exercise", "case"), CASES, ids=[f"{e.slug}-{c.case.name}" for e, c in CASES])
def test_moved_is_the_jacobian_found_by_finite_differences(exercise, case):
    arrays = dict(float64_arrays(case, exercise.spec.reference))
    epsilon, total = 2.0**-23, 0.0
    for name, array in arrays.items():
        for index in np.ndindex(array.shape):
            step = abs(array[index]) * 2.0**-24
            if step == 0:
                continue
            up, down = array.copy(), array.copy()
            up[index] += step
            down[index] -= step
            difference = value({**arrays, name: up}, case.arguments) - value({**arrays, name: down}, case.arguments)
            total = total + np.abs(difference) / (2 * step) * abs(array[index]) * epsilon
    groups = case.arguments["num_groups"]
    grouped = np.asarray(total).reshape(*case.x.shape[:-1], groups, -1)
    x = np.abs(arrays["x"]).reshape(grouped.shape)
    inverse_std = 1 / np.sqrt(arrays["x"].reshape(grouped.shape).var(-1, keepdims=True) + case.arguments["eps"])
    rounding_of_the_mean = (
        np.abs(arrays["gamma"]).reshape(groups, -1) * inverse_std * x.max(-1, keepdims=True) * epsilon
    )
    of_group = (grouped + rounding_of_the_mean).max(-1, keepdims=True)
    want = np.broadcast_to(of_group, grouped.shape).reshape(case.x.shape)
    np.testing.assert_allclose(moved(arrays, case.arguments, epsilon), want, rtol=1e-3)
