"""The independent texts agree: the reference of ``sharded_group_norm``, its parts, its solution, and the library."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from sampled import first

import groupnorm_jax as library
from grader.course import Value
from grader.course.loader import COURSE, import_file, load
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan
from grader.worker.devices import on_each

own = bundled("sharded_group_norm._reference")
REFERENCE, assemble, needed, piece = own.REFERENCE, own.assemble, own.needed, own.piece

EXERCISE = load("sharded_group_norm")
CASES = [c for c in make_plan(EXERCISE, seed=3).cases if isinstance(c.case.check, Value)]
EACH = pytest.mark.parametrize("case", CASES, ids=[c.case.name for c in CASES])
# For what compiles: a few by default, all by --full.
COMPILED = pytest.mark.parametrize("case", first(CASES, 3), ids=[c.case.name for c in CASES])


@pytest.mark.sample(1)
@COMPILED
def test_reference_parts_solution_and_library_agree(case):
    solution = import_file(COURSE, "sharded_group_norm", "solution.py").sharded_group_norm
    arrays, arguments = float64_arrays(case, REFERENCE), case.arguments
    want = REFERENCE.value(arrays, arguments)
    np.testing.assert_allclose(assemble({})(arrays, arguments), want, rtol=1e-9, atol=1e-9)
    moved = 10 * (REFERENCE.moved(arrays, arguments, 2.0**-23) + np.abs(want) * 2.0**-23)
    given = {name: arguments[name] for name in ("num_groups", "axis_name", "eps")}
    body, _ = case.message()
    apply = jax.jit(on_each(lambda variables, x: solution(x, **variables, **given), body["shards"]))
    got = apply({name: jnp.asarray(a) for name, a in case.parameters.items()}, jnp.asarray(case.x))
    assert np.all(np.abs(np.asarray(got, np.float64) - want) <= moved)
    gamma, beta = (jnp.asarray(case.parameters[name]) for name in ("gamma", "beta"))
    whole = library.group_norm(jnp.asarray(case.x), arguments["num_groups"], gamma, beta, eps=arguments["eps"])
    assert np.all(np.abs(np.asarray(whole, np.float64) - want) <= moved)


def test_the_worked_example_is_the_statement_s():
    case = next(c for c in CASES if c.case.name == "worked example")
    value = REFERENCE.value(float64_arrays(case, REFERENCE), case.arguments)
    rows = [[-1.342, -0.447, 3.586, 2.828], [0.447, 1.342, 5, 0]]
    np.testing.assert_allclose(value, [rows + rows], atol=6e-4)
    for number in ("-1.342", "-0.447", "3.586", "2.828", "0.447", "1.342"):
        assert number in EXERCISE.statement


def test_what_is_needed_and_what_a_piece_holds():
    by_name = {case.case.name: case for case in CASES}
    four, square = by_name["four devices"], by_name["samples cut too"]
    assert needed({"x": four.x}, four.arguments) == 2 * 2 * 4
    assert needed({"x": square.x}, square.arguments) == 2 * 1 * 4
    assert piece({"x": four.x}, four.arguments) == four.x.size // 4
    assert piece({"x": square.x}, square.arguments) == square.x.size // 4
