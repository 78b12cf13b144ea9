"""The reference of ``weight_standardization``, its solution and Flax's convolution agree."""

import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from flax import linen

from grader.course import by_differences
from grader.course.loader import COURSE, import_file, load
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan

value = bundled("weight_standardization._reference").value
assemble = bundled("weight_standardization._reference").assemble

EXERCISE = load("weight_standardization")
REFERENCE = EXERCISE.spec.reference
CASES = make_plan(EXERCISE, seed=3).cases
RANDOM = np.random.default_rng(0)
X, KERNEL = RANDOM.normal(size=(2, 4, 5, 3)), RANDOM.normal(size=(3, 2, 3, 4))


def of(kernel, x=X, eps=0.0):
    return value({"x": x, "kernel": kernel}, {"eps": eps})


@pytest.mark.sample(1)
@pytest.mark.parametrize("case", CASES, ids=[c.case.name for c in CASES])
def test_reference_and_solution_agree(case):
    solution = import_file(COURSE, "weight_standardization", "solution.py").ws_conv
    arrays = float64_arrays(case, REFERENCE)
    want = REFERENCE.value(arrays, case.arguments)
    got = np.asarray(solution(jnp.asarray(case.x), jnp.asarray(case.parameters["kernel"]), **case.arguments))
    moved = REFERENCE.moved(arrays, case.arguments, 2.0**-23)
    assert np.all(np.abs(got - want) <= 10 * (moved + np.abs(want) * 2.0**-23))


@pytest.mark.parametrize("case", CASES[:-1], ids=[c.case.name for c in CASES[:-1]])
def test_moved_is_what_differences_say_and_what_a_rounded_mean_adds(case):
    arrays, arguments = float64_arrays(case, REFERENCE), case.arguments
    up, down = (
        assemble({"centre": lambda kernel, axes, share=share: kernel - kernel.mean(axes) * (1 + share)})
        for share in (1e-6, -1e-6)
    )
    rounded = np.abs(up(arrays, arguments) - down(arrays, arguments)) / 2e-6 * 2.0**-23
    each = by_differences(value)(arrays, arguments, 2.0**-23) + rounded
    want = np.broadcast_to(each.max((0, 1, 2)), each.shape)
    np.testing.assert_allclose(REFERENCE.moved(arrays, arguments, 2.0**-23), want, rtol=1e-4)


def test_a_mean_of_two_weights_far_from_0_may_be_rounded():
    """What they stand for is hardly moved by them: it is 1 and -1."""
    kernel = np.float64([1000.0625, 1000.125]).reshape(1, 2, 1, 1)
    arrays = {"x": np.ones((1, 1, 3, 1)), "kernel": kernel}
    assert np.all(REFERENCE.moved(arrays, {"eps": 1e-5}, 2.0**-23) > 1000 * 2.0**-23 / 0.03125)


def test_flax_convolves_with_the_standardised_kernel_alike():
    standard = (KERNEL - KERNEL.mean((0, 1, 2))) / KERNEL.std((0, 1, 2))
    layer = linen.Conv(4, (3, 2), padding="VALID", use_bias=False)
    y = layer.apply({"params": {"kernel": jnp.asarray(standard, jnp.float32)}}, jnp.asarray(X, jnp.float32))
    np.testing.assert_allclose(y, of(KERNEL), atol=1e-5)


def test_scale_and_shift_of_the_kernel_change_nothing_and_those_of_an_output_neither():
    np.testing.assert_allclose(of(4 * KERNEL + 8), of(KERNEL), atol=1e-10)
    np.testing.assert_allclose(of(KERNEL * np.arange(1.0, 5.0) - np.arange(4.0)), of(KERNEL), atol=1e-10)
    assert np.abs(of(KERNEL * np.arange(1.0, 4.0)[:, None]) - of(KERNEL)).max() > 0.1


def test_worked_example_of_the_statement():
    rows = [line.split("|") for line in EXERCISE.statement.splitlines() if line.startswith(("| 0 |", "| 1 |"))]
    said = np.array([[float(cell) for cell in row[5].split(",")] for row in rows])
    found = REFERENCE.value(float64_arrays(CASES[0], REFERENCE), CASES[0].arguments)
    np.testing.assert_array_equal(found[0, 0].T, said)
