"""The reference of ``mixed_precision`` and its solution agree; the tolerance is one rounding of the output."""

import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from bundled import bundled
from telling import said

from grader.course.loader import COURSE, import_file, load
from grader.findings.of_case import WrongDtype
from grader.judge.comparison import float64_arrays
from grader.judge.judge import judge
from grader.judge.tolerance import allowed_error
from grader.plan.cases import make_plan
from grader.sandbox.transcript import Answer

own = bundled("mixed_precision._wrong")
narrow, rounded = own.narrow, own.rounded

EXERCISE = load("mixed_precision")
REFERENCE = EXERCISE.spec.reference
CASES = make_plan(EXERCISE, seed=3).cases
EACH = pytest.mark.parametrize("case", CASES, ids=[c.case.name for c in CASES])
SOLUTION = import_file(COURSE, "mixed_precision", "solution.py").mixed_group_norm


def answered(case, dtype=None):
    given = {name: jnp.asarray(array) for name, array in case.parameters.items()}
    value = np.asarray(SOLUTION(jnp.asarray(case.x), **given, **case.arguments))
    return Answer(arrays={"value": value.astype(dtype or case.x.dtype)}, problem=None, printed="")


@pytest.mark.full
@EACH
def test_the_solution_errs_by_one_rounding(case):
    found = judge(0, case, REFERENCE, answered(case))
    assert found.outcome == "right"
    assert found.margin <= 0.5


@pytest.mark.sample(2)
@EACH
def test_a_wider_output_is_refused_and_so_is_the_other_half_precision(case):
    other = np.float16 if case.x.dtype.name == "bfloat16" else ml_dtypes.bfloat16
    for dtype in (np.float32, other):
        found = judge(0, case, REFERENCE, answered(case, dtype))
        got = np.dtype(dtype).name
        assert found.outcome == "wrong"
        assert found.finding == WrongDtype(of_x=case.x.dtype.name, got=got)
        assert said(found).endswith(f": the output must be {case.x.dtype.name}; yours is {got}")


@EACH
def test_one_unit_more_is_wrong_where_float32_loses_little(case):
    arrays = float64_arrays(case, REFERENCE)
    expected = REFERENCE.value(arrays, case.arguments)
    allowed = allowed_error(REFERENCE, arrays, case.arguments, case.x.dtype, expected)
    unit = float(ml_dtypes.finfo(case.x.dtype).eps) * np.abs(expected)
    assert np.all(allowed >= unit)
    assert np.median(allowed / np.maximum(unit, 1e-12)) < 2


@EACH
def test_the_dtype_is_found_from_the_values(case):
    x = case.x.astype(np.float64)
    if case.case.name != "worked example":  # whose few digits both hold
        assert np.dtype(narrow(x)) == case.x.dtype
    np.testing.assert_array_equal(rounded(x, x), x)


def test_worked_example_of_the_statement():
    rows = [line.split("|") for line in EXERCISE.statement.splitlines() if line.startswith("| position")]
    value, less, squared, normalised = np.array([[float(cell) for cell in row[2:6]] for row in rows]).T
    np.testing.assert_array_equal(value, CASES[0].x.ravel())
    np.testing.assert_array_equal(less, value - value.mean())
    np.testing.assert_array_equal(squared, less**2)
    found = REFERENCE.value(float64_arrays(CASES[0], REFERENCE), CASES[0].arguments)
    np.testing.assert_array_equal(found.ravel(), normalised)
