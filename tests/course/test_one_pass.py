"""What the exercise on the variance of a stream says, held to numbers."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled

from grader.course.loader import COURSE, import_file, load
from grader.judge.comparison import float64_arrays
from grader.judge.tolerance import allowed_error
from grader.plan.cases import make_plan

_reference = bundled("stable_variance._reference")
assemble = bundled("stable_variance._wrong").assemble

EXERCISES = [load("stable_variance"), load("small_batch_classifier")]
STREAM = EXERCISES[0]
CASES = make_plan(STREAM, seed=3).cases
EPSILON = 2.0**-23


@pytest.mark.sample(3)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case.name)
def test_reference_parts_and_solution_agree(case):
    arrays = float64_arrays(case, STREAM.spec.reference)
    want = _reference.value(arrays, {})
    np.testing.assert_allclose(assemble({})(arrays, {}), want, rtol=1e-12)
    solution = import_file(COURSE, STREAM.slug, "solution.py").variance
    got = jax.jit(lambda x: solution(iter(x)))(jnp.asarray(case.x))
    allowed = allowed_error(STREAM.spec.reference, arrays, {}, case.x.dtype, want)
    assert (np.abs(np.asarray(got, np.float64) - want) <= allowed / 2).all()


def test_worked_example_of_the_statement():
    x = np.float32([[[9999, 10002], [10001, 10004]], [[10001, 10002], [10003, 10004]]])
    rows = jnp.asarray(x.reshape(-1, 2))
    np.testing.assert_array_equal(_reference.value({"x": x.astype(np.float64)}, {}), [2, 1])
    squares, square = (rows**2).mean(axis=0), rows.mean(axis=0) ** 2
    np.testing.assert_array_equal(squares, np.float32([100_020_000, 100_060_000]))
    np.testing.assert_array_equal(square, np.float32([100_020_000, 100_060_008]))
    np.testing.assert_array_equal(squares - square, np.float32([0, -8]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.case.name)
def test_moved_is_the_derivative_and_what_a_rounded_place_adds(case):
    arrays = float64_arrays(case, STREAM.spec.reference)
    x = arrays["x"]
    rows = x.reshape(-1, x.shape[-1])
    place, from_x, from_place = np.abs(rows).max(axis=0) * EPSILON, 0.0, 0.0
    for row in range(len(rows)):
        step = 1e-3 * (np.arange(len(rows)) == row)[:, None] * np.ones(x.shape[-1])
        up, down = (_reference.value({"x": (rows + sign * step).reshape(x.shape)}, {}) for sign in (1, -1))
        slope = np.abs(up - down) / 2e-3
        from_x, from_place = from_x + slope * np.abs(rows[row]) * EPSILON, from_place + slope * place
    want = from_x + from_place + place**2
    np.testing.assert_allclose(_reference.moved(arrays, {}, EPSILON), want, rtol=1e-5, atol=1e-12 * np.abs(want).max())


def test_a_shift_by_one_of_the_rows_loses_at_most_their_number():
    rows = np.random.default_rng(0).normal(size=(50, 1)) * 10.0 ** np.random.default_rng(1).integers(-3, 5, (50, 1))
    variance = _reference.value({"x": rows[:, None]}, {})
    for shift in rows:
        assert ((rows - shift) ** 2).mean() <= len(rows) * variance * (1 + 1e-12)


def test_mean_over_spread_of_equal_values_is_infinite():
    arrays = {"x": np.array([[[4.0, 1.0]], [[4.0, 3.0]]])}
    np.testing.assert_array_equal(_reference.mean_over_spread(arrays, {}), [np.inf, 2.0])


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_paragraphs_lead_on_and_show_no_code(exercise):
    for idea in exercise.spec.misconceptions:
        assert idea.text.endswith("?"), idea.name
        assert len(re.findall(r"[.:?] ", idea.text)) >= 1, idea.name
        assert not re.search(r"jnp|\blax\.|axis=|keepdims|\bself\.|reshape\(|\+=", idea.text), idea.name
        assert not idea.title.endswith("."), idea.name
    assert len({idea.text for idea in exercise.spec.misconceptions}) == len(exercise.spec.misconceptions)
    assert 4 <= len(exercise.spec.hints) <= 6
