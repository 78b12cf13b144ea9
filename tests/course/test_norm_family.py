"""The three independent texts agree: the reference of ``norm_family``, its solution, and the library."""

import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from sampled import first

import groupnorm_jax as library
from grader.course import Raises
from grader.course.loader import COURSE, import_file, load
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan

own = bundled("norm_family._reference")
assemble, moved, sharing, value = own.assemble, own.moved, own.sharing, own.value

EXERCISE = load("norm_family")
CASES = [c for c in make_plan(EXERCISE, seed=3).cases if not isinstance(c.case.check, Raises)]
EACH = pytest.mark.parametrize("case", CASES, ids=[c.case.name for c in CASES])
# For what compiles: a few by default, all by --full.
COMPILED = pytest.mark.parametrize("case", first(CASES, 3), ids=[c.case.name for c in CASES])
X = np.random.default_rng(0).normal(size=(3, 4, 6))


def of(kind, num_groups=None, eps=1e-5, x=X):
    return value({"x": x}, {"kind": kind, "num_groups": num_groups, "eps": eps})


@pytest.mark.sample(1)
@COMPILED
def test_reference_solution_and_parts_agree(case):
    arrays = float64_arrays(case, EXERCISE.spec.reference)
    solution = import_file(COURSE, "norm_family", "solution.py").norm
    want = value(arrays, case.arguments)
    np.testing.assert_allclose(assemble({})(arrays, case.arguments), want, rtol=1e-9, atol=1e-9)
    got = np.asarray(solution(jnp.asarray(case.x), **case.arguments), np.float64)
    assert np.all(np.abs(got - want) <= 10 * (moved(arrays, case.arguments, 2.0**-23) + np.abs(want) * 2.0**-23))


def test_the_library_agrees():
    x = jnp.asarray(X, jnp.float32)
    np.testing.assert_allclose(library.group_norm(x, 2, eps=1e-5), of("group", 2), atol=1e-5)
    np.testing.assert_allclose(library.instance_norm(x, eps=1e-5), of("instance"), atol=1e-5)
    np.testing.assert_allclose(library.layer_norm(x, axes=(1, 2), eps=1e-5), of("layer"), atol=1e-5)


def test_the_identities_of_the_statement():
    np.testing.assert_array_equal(of("group", 1), of("layer"))
    np.testing.assert_array_equal(of("group", 6), of("instance"))
    np.testing.assert_array_equal(of("batch", x=X[:1]), of("instance", x=X[:1]))
    np.testing.assert_array_equal(of("instance", x=X[:, 0]), np.zeros((3, 6)))
    assert np.abs(of("batch") - of("instance")).max() > 0.1


@pytest.mark.parametrize(
    ("kind", "groups", "sets"), [("batch", 6, 6), ("layer", 1, 3), ("instance", 6, 18), ("group", 2, 6)]
)
def test_the_sets_are_what_one_input_moves(kind, groups, sets):
    arguments = {"kind": kind, "num_groups": groups, "eps": 1e-5}
    labels = sharing({"x": X}, arguments)
    assert len(np.unique(labels)) == sets
    before = value({"x": X}, arguments)
    for index in np.ndindex(X.shape):
        changed = X.copy()
        changed[index] += 1
        np.testing.assert_array_equal(value({"x": changed}, arguments) != before, labels == labels[index])


@EACH
def test_moved_is_the_jacobian_found_by_finite_differences(case):
    arrays, epsilon = float64_arrays(case, EXERCISE.spec.reference), 2.0**-23
    x, total = arrays["x"], 0.0
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = max(abs(x[index]), 1e-3) * 2.0**-24
        difference = value({"x": x + step}, case.arguments) - value({"x": x - step}, case.arguments)
        total = total + np.abs(difference) / (2 * step[index]) * abs(x[index]) * epsilon
    labels = sharing(arrays, case.arguments)
    want = np.empty(x.shape)
    for label in np.unique(labels):
        of_it = labels == label
        inverse_std = 1 / np.sqrt(x[of_it].var() + case.arguments["eps"])
        rounding = np.abs(x[of_it]).max() * inverse_std * epsilon
        own = np.abs(value({"x": x}, case.arguments)[of_it]) * epsilon
        want[of_it] = (np.broadcast_to(total, x.shape)[of_it] + rounding + own).max()
    np.testing.assert_allclose(moved(arrays, case.arguments, epsilon), want, rtol=1e-2)


def test_worked_example_of_the_statement():
    x = np.array([1.0, 10, 3, 30, 5, 50, 7, 70]).reshape(2, 2, 2)
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in EXERCISE.statement.splitlines()
        if line.startswith('| `"')
    ]
    rows = [row for row in rows if len(row) == 5]
    assert len(rows) == 5
    for kind, channels, mean, variance, said in rows:
        groups = int(kind.split("=")[1].strip("`")) if "=" in kind else None
        members = np.array([float(v) for v in channels.split(",")])
        assert (members.mean(), members.var()) == (float(mean), float(variance))
        y = of(kind.split('"')[1], groups, x=x)
        np.testing.assert_allclose(y[0, 0], [float(v) for v in said.split(",")], atol=5e-4)
