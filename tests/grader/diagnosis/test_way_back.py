"""Gradients with respect to parameters, what is kept for the way back, and the line of a wrong way back."""

import numpy as np
import pytest
from bundled import bundled
from telling import compared, located, named, said

from grader.authoring.trusted import TrustedProgram
from grader.course.loader import load
from grader.diagnosis.diagnose import diagnose
from grader.judge.comparison import float64_arrays
from grader.judge.judge import judge
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.sandbox.fresh import FreshRunner
from grader.sandbox.transcript import Answer
from grader.submission.reading import Submission

backward = bundled("group_norm_gradient._reference")

EXERCISE = load("group_norm_gradient")
REFERENCE = EXERCISE.spec.reference
CASES = {case.case.name: case for case in make_plan(EXERCISE, seed=1).cases}


@pytest.mark.parametrize("of", ["x", "gamma", "beta"])
def test_the_reference_is_the_derivative_of_the_value(of):
    case = CASES[f"the gradient of {of}"]
    arrays = float64_arrays(case, REFERENCE)
    exact = REFERENCE.differentiated(of).value(arrays, case.arguments)
    for at in list(np.ndindex(exact.shape))[:24]:
        step = np.zeros(exact.shape)
        step[at] = 1e-5
        up, down = (
            (arrays["cotangent"] * REFERENCE.value({**arrays, of: arrays[of] + s * step}, case.arguments)).sum()
            for s in (1, -1)
        )
        assert abs((up - down) / 2e-5 - exact[at]) < 1e-7 * (1 + abs(exact[at]))


@pytest.mark.parametrize("of", ["gamma", "beta"])
def test_what_is_allowed_covers_a_float32_gradient_and_not_much_more(of):
    case = CASES[f"the gradient of {of}"]
    found = judge(0, case, REFERENCE, TrustedProgram(EXERCISE.solution, EXERCISE.spec.entry).answer(case))
    assert found.outcome == "right"
    assert found.margin < 0.5
    assert of == "beta" or found.margin > 1e-4  # the sum of a drawn cotangent may be exact


def kept(source):
    case = CASES["what is kept"]
    answer = TrustedProgram(source, EXERCISE.spec.entry).answer(case)
    found = compared(0, case, REFERENCE, answer)
    return found, diagnose(EXERCISE.spec, [found])


def test_x_and_two_numbers_a_group_may_be_kept_and_no_more():
    verdict, _ = kept(EXERCISE.solution)
    assert (verdict.outcome, verdict.margin) == ("right", 0.0)
    more = EXERCISE.solution.replace("inverse_std)\n\n", "inverse_std, normalized)\n\n").replace(
        "gamma, mean, inverse_std = kept", "gamma, mean, inverse_std, _ = kept"
    )
    verdict, told = kept(more)
    assert said(verdict) == "the call keeps 16896 bytes for the backward pass, and x has 8192; 8704 are enough"
    assert named(told[0]) == "normalised_values_kept_too"


def test_a_way_back_left_to_jax_keeps_several_arrays():
    source = (
        "import jax.numpy as jnp\n\n\ndef group_norm(x, gamma, beta, num_groups, eps=1e-5):\n"
        "    g = x.reshape(*x.shape[:-1], num_groups, -1)\n    g = g - g.mean(-1, keepdims=True)\n"
        "    return gamma * (g / jnp.sqrt(g.var(-1, keepdims=True) + eps)).reshape(x.shape) + beta\n"
    )
    verdict, told = kept(source)
    assert verdict.outcome == "wrong"
    assert named(told[0]) == "everything_kept"


@pytest.mark.parametrize("value", [np.array(-1), np.array(3.0), np.array([1, 2]), np.array(True)])
def test_a_number_of_bytes_that_is_none_is_wrong(value):
    verdict = judge(0, CASES["what is kept"], REFERENCE, Answer(arrays={"value": value}, problem=None, printed=""))
    assert verdict.outcome == "wrong"


def test_the_landmarks_are_those_of_the_solution():
    """Of each gradient, every named landmark ends in what is asked for."""
    for of in ("x", "gamma", "beta"):
        case = CASES[f"the gradient of {of}"]
        arrays = float64_arrays(case, REFERENCE)
        asked = REFERENCE.differentiated(of)
        name, last = asked.landmarks(arrays, case.arguments)[-1]
        assert name == "gradient"
        np.testing.assert_array_equal(last, asked.value(arrays, case.arguments))


@pytest.mark.full
def test_a_wrong_way_back_has_a_line():
    line = "    d_x = inverse_std * (u - jnp.mean(u, axis=-1, keepdims=True) - normalized * along)\n"
    assert line in EXERCISE.solution
    source = EXERCISE.solution.replace(line, line.replace("- normalized", "+ normalized"))
    report = grade(EXERCISE, Submission(name="a.py", source=source), seed=1, runner=FreshRunner())
    assert source.split("\n")[report.departure.line - 1] == line.replace("- normalized", "+ normalized").rstrip()
    assert "cotangent times gamma" in located(report.departure)
    assert {named(c.diagnosis) for c in report.cases if c.diagnosis} == {"variance_term_added"}


def test_needed_counts_x_and_the_statistics():
    arrays = {"x": np.zeros((5, 3, 8))}
    assert backward.needed(arrays, {"num_groups": 2}) == 5 * 3 * 8 + 2 * 5 * 3 * 2
