import dataclasses

import ml_dtypes
import numpy as np
import pytest
from telling import said

from grader.course import Raises
from grader.course.loader import load
from grader.findings.of_case import OffBy
from grader.judge.comparison import close, float64_arrays
from grader.judge.judge import judge
from grader.plan.cases import make_plan
from grader.reports.sentences import message
from grader.sandbox.transcript import Answer, Problem

EXERCISE = load("group_norm_nd")
REFERENCE = EXERCISE.spec.reference
CASES = {p.case.name: p for p in make_plan(EXERCISE, seed=0).cases}
CASE = CASES["three groups"]


def expected(case=CASE):
    return REFERENCE.value(float64_arrays(case, REFERENCE), case.arguments)


def verdict(value, case=CASE):
    return judge(0, case, REFERENCE, Answer(arrays={"value": value}, problem=None, printed=""))


def test_right():
    assert verdict(expected().astype(np.float32)).outcome == "right"


def test_shape_comes_before_dtype_before_value():
    wrong = np.zeros(60, np.float16)
    assert said(verdict(wrong)) == "the output must have the same shape as x, (5, 12); yours has shape (60,)"
    assert said(verdict(wrong.reshape(5, 12))) == "x is float32: the output must be float32; yours is float16"
    assert said(verdict(np.zeros((5, 12), np.float32))).startswith("expected ")


@pytest.mark.parametrize(
    ("case", "dtype", "message"),
    [
        ("bfloat16", ml_dtypes.bfloat16, ""),
        ("bfloat16", np.float32, ""),
        ("float16", np.float16, ""),
        ("float16", np.float32, ""),
        ("float16", ml_dtypes.bfloat16, "x is float16: the output must be float16 or wider; yours is bfloat16"),
        ("bfloat16", np.float16, "x is bfloat16: the output must be bfloat16 or wider; yours is float16"),
        ("bfloat16", np.int32, "x is bfloat16: the output must be bfloat16 or wider; yours is int32"),
        ("three groups", np.complex64, "x is float32: the output must be float32; yours is complex64"),
        ("three groups", bool, "x is float32: the output must be float32; yours is bool"),
    ],
)
def test_dtypes(case, dtype, message):
    assert said(verdict(expected(CASES[case]).astype(dtype), CASES[case])) == message


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_wrong_wherever_it_stands(bad):
    value = expected().astype(np.float32)
    value[3, 7] = bad
    found = verdict(value)
    assert found.outcome == "wrong"
    assert f"got {bad:g} at [3, 7]" in said(found)
    assert "1 of 60 values is wrong" in said(found)


def test_an_allowance_of_zero_asks_for_equality():
    zero = np.zeros(2)
    assert close(zero, zero, zero)
    assert not close(np.array([0, 1e-300]), zero, zero)


def test_the_two_numbers_shown_differ():
    found = OffBy(
        index=(0,), part="", expected=1.0, got=1.0000001, error=1e-7, allowed=1e-9, count=1, size=1, rounding_only=True
    )
    words = (
        "expected 1, got 1.0000001 at [0]; off by 1e-07, allowed 1e-09; 1 of 1 values is wrong; only rounding differs"
    )
    assert message(found) == words


PARAMETERS = {"params/gamma": np.ones(12, np.float32), "params/beta": np.zeros(12, np.float32)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, ""),
        ({"params/gamma": np.ones(12, np.float16)}, ""),
        ({"params/extra": np.ones(1)}, "the parameters must be beta, gamma; yours are beta, extra, gamma"),
        (
            {"batch_stats/mean": np.ones(1)},
            "the parameters must be beta, gamma; yours are batch_stats/mean, beta, gamma",
        ),
        ({"params/gamma": np.ones(3)}, "gamma must have shape (12,); yours has shape (3,)"),
        ({"params/gamma": np.ones(12, int)}, "gamma must be of a floating-point dtype; yours is int64"),
        ({"params/beta": np.ones(12)}, "beta must be initialised to 0 everywhere; yours holds 1"),
        ({"params/gamma": np.full(12, np.nan)}, "gamma must be initialised to 1 everywhere; yours holds nan"),
    ],
)
def test_parameters(change, message):
    answer = Answer(arrays={"value": expected(), **PARAMETERS, **change}, problem=None, printed="")
    assert said(judge(0, CASES["parameters"], REFERENCE, answer)) == message


def test_no_parameters_at_all():
    answer = Answer(arrays={"value": expected()}, problem=None, printed="")
    assert (
        said(judge(0, CASES["parameters"], REFERENCE, answer)) == "the parameters must be beta, gamma; yours are none"
    )


@pytest.mark.parametrize(
    ("problem", "outcome"),
    [
        (Problem(kind="raised", type="ValueError", exception=True), "right"),
        (Problem(kind="raised", type="AssertionError", exception=True), "right"),
        (Problem(kind="raised", type="KeyboardInterrupt", exception=False), "wrong"),
        (Problem(kind="exited", type="SystemExit", exception=False), "wrong"),
        (Problem(kind="returned", message="None"), "wrong"),
        (None, "wrong"),
    ],
)
def test_a_refusal_is_any_exception(problem, outcome):
    case = CASES["channels that do not divide"]
    assert isinstance(case.case.check, Raises)
    arrays = {} if problem else {"value": np.zeros((5, 12))}
    found = judge(0, case, REFERENCE, Answer(arrays=arrays, problem=problem, printed=""))
    assert found.outcome == outcome
    assert outcome == "right" or said(found).startswith(
        "12 channels do not split into num_groups=5: the call must raise"
    )


def test_flattened_outputs_may_have_any_shape_of_the_right_size():
    exercise = load("group_norm_1d")
    case = next(p for p in make_plan(exercise, seed=0).cases if p.case.name == "worked example")
    value = exercise.spec.reference.value(float64_arrays(case, exercise.spec.reference), case.arguments)
    for shape in ((6,), (2, 3), (1, 6, 1)):
        answer = Answer(arrays={"value": value.astype(np.float32).reshape(shape)}, problem=None, printed="")
        assert judge(0, case, exercise.spec.reference, answer).outcome == "right"
    assert dataclasses.is_dataclass(case)
