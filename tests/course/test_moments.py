"""The three independent texts agree: the reference of ``moments``, its solution, and the library."""

import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from sampled import first

from grader.course import end_to_end
from grader.course.loader import COURSE, import_file, load
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan
from groupnorm_jax import moments as of_library

own = bundled("moments._reference")
assemble, mean_over_spread, moved, returns, value = (
    own.assemble,
    own.mean_over_spread,
    own.moved,
    own.returns,
    own.value,
)

EXERCISE = load("moments")
CASES = [c for c in make_plan(EXERCISE, seed=3).cases if c.case.name != "channels that do not divide"]
EACH = pytest.mark.parametrize("case", CASES, ids=[c.case.name for c in CASES])
# For what compiles: a few by default, all by --full.
COMPILED = pytest.mark.parametrize("case", first(CASES, 3), ids=[c.case.name for c in CASES])


@pytest.mark.sample(1)
@COMPILED
def test_reference_solution_and_library_agree(case):
    arrays, groups = float64_arrays(case, EXERCISE.spec.reference), case.arguments["num_groups"]
    solution = import_file(COURSE, "moments", "solution.py").moments
    want, allowed = value(arrays, case.arguments), 10 * moved(arrays, case.arguments, 2.0**-23)
    assert np.all(np.abs(end_to_end(*solution(jnp.asarray(case.x), groups)) - want) <= allowed)
    rows = jnp.asarray(case.x.reshape(-1, groups, case.x.shape[-1] // groups))
    found = of_library(rows, axes=(2,))
    assert np.all(np.abs(end_to_end(found.mean + found.rest, found.variance) - want) <= allowed)


@EACH
def test_the_parts_without_a_wrong_one_are_the_reference(case):
    arrays = float64_arrays(case, EXERCISE.spec.reference)
    np.testing.assert_allclose(
        assemble({})(arrays, case.arguments), value(arrays, case.arguments), rtol=1e-9, atol=1e-12
    )


@EACH
def test_moved_is_the_jacobian_found_by_finite_differences(case):
    arrays, epsilon = float64_arrays(case, EXERCISE.spec.reference), 2.0**-23
    x, total = arrays["x"], 0.0
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = max(abs(x[index]), 1e-3) * 2.0**-24
        difference = value({"x": x + step}, case.arguments) - value({"x": x - step}, case.arguments)
        total = total + np.abs(difference) / (2 * step[index]) * abs(x[index]) * epsilon
    groups = case.arguments["num_groups"]
    largest = np.abs(x).reshape(*x.shape[:-1], groups, -1).max(-1)
    rounding = end_to_end(np.zeros(largest.shape), (2 * largest * epsilon) ** 2)
    np.testing.assert_allclose(moved(arrays, case.arguments, epsilon), total + rounding, rtol=1e-3, atol=1e-16)


def test_worked_example_of_the_statement():
    arrays, arguments = {"x": np.array([1.0, 3, 5, 7, 10, 10, 10, 30])}, {"num_groups": 2}
    np.testing.assert_array_equal(value(arrays, arguments), [4, 15, 5, 75])
    assert returns(arrays, arguments) == (("mean", (2,)), ("variance", (2,)))
    np.testing.assert_allclose(mean_over_spread(arrays, arguments), [np.nan, np.nan, 4 / 5**0.5, 15 / 75**0.5])


def test_the_statements_table_of_shapes():
    rows = [line.split("|")[1:-1] for line in EXERCISE.statement.splitlines() if line.startswith("| (")]
    assert len(rows) == 4
    for shape, count, size, of_mean in rows:
        x, groups = np.zeros(eval(shape)), int(count)
        assert x.shape[-1] // groups == int(size)
        assert returns({"x": x}, {"num_groups": groups})[0][1] == eval(of_mean.split(":")[0])
