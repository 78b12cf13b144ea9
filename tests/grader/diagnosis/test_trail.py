"""Where a program departs from the right way, from steps made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from grader.course.loader import load
from grader.diagnosis import trail as trails
from grader.diagnosis.trail import follow, trail
from grader.plan.cases import make_plan
from grader.sandbox.transcript import GIVEN, Step, Traced

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 12))
GROUPS = X.reshape(2, 3, 4)
MEAN = GROUPS.mean(-1, keepdims=True)
VAR = GROUPS.var(-1, keepdims=True)
OUT = ((GROUPS - MEAN) / np.sqrt(VAR)).reshape(X.shape)
LANDMARKS = (("", X), ("mean", MEAN), ("variance", VAR), ("output", OUT))


def steps(*rows):
    """Rows of (line, operation, value, inputs)."""
    return tuple(
        Step(line=line, caller=line + 100, function="f", operation=operation, value=value.astype("f4"), inputs=inputs)
        for line, operation, value, inputs in rows
    )


def followed(*rows, outputs=None):
    made = steps(*rows)
    return follow(made, LANDMARKS, [len(made) - 1] if outputs is None else outputs, near=3e-5)


RESHAPED = (1, "reshape", GROUPS, (GIVEN,))


def test_the_right_way_has_no_departure():
    found = followed(
        RESHAPED, (2, "reduce_sum", MEAN, (0,)), (3, "sub", GROUPS - MEAN, (0, 1)), (4, "mul", VAR, (2,)),
        (5, "div", OUT, (2, 3)),
    )  # fmt: skip
    assert (found.missing, found.right) == ("", ("mean", "variance", "output"))


def test_the_first_step_that_leads_to_nothing_right_is_named():
    wrong = (GROUPS - MEAN) / VAR
    found = followed(
        RESHAPED, (2, "reduce_sum", MEAN, (0,)), (3, "sub", GROUPS - MEAN, (0, 1)), (4, "mul", VAR, (2,)),
        (5, "div", wrong, (2, 3)), (6, "reshape", wrong.reshape(X.shape), (4,)),
    )  # fmt: skip
    assert (found.line, found.caller, found.missing) == (5, 105, "output")
    assert found.right == ("mean", "variance")
    assert not found.unfinished


def test_what_is_only_arranged_anew_and_returned_is_what_was_computed_before():
    total = VAR * GROUPS.shape[-1]
    found = follow(
        steps(
            RESHAPED, (2, "reduce_sum", MEAN, (0,)), (3, "sub", GROUPS - MEAN, (0, 1)), (4, "dot_general", total, (2,)),
            (5, "reshape", total[..., 0], (3,)),
        ),
        (("", X), ("", GROUPS - MEAN), ("", total), *LANDMARKS[1:3]), [4], near=3e-5,
    )  # fmt: skip
    assert (found.line, found.missing) == (4, "variance")


def test_what_leads_to_a_landmark_is_harmless_however_strange():
    strange = (2, "mul", GROUPS * 17.3, (0,))
    found = followed(RESHAPED, strange, (3, "reduce_sum", MEAN, (1,)), (4, "add", GROUPS + 1, (0, 2)))
    assert found.line == 4


def test_what_does_not_reach_the_output_is_no_departure():
    found = followed(
        RESHAPED, (2, "mul", GROUPS * 17.3, (0,)), (3, "reduce_sum", MEAN, (0,)), (4, "exp", OUT + 1, (2,))
    )
    assert found.line == 4


def test_a_constant_is_not_blamed():
    found = followed(RESHAPED, (2, "iota", np.zeros(5), ()), (3, "mul", GROUPS * 2.5, (0, 1)))
    assert found.line == 3


def test_right_as_far_as_it_goes():
    found = followed(RESHAPED, (2, "reduce_sum", MEAN, (0,)), (3, "mul", VAR, (1,)))
    assert (found.unfinished, found.missing, found.caller) == (True, "output", 103)


def test_an_argument_returned_as_it_came():
    assert followed(RESHAPED, outputs=()).unfinished
    assert not followed(RESHAPED, (2, "mul", GROUPS * 0, (0,)), (9, "add", X, (1,))).unfinished


@pytest.mark.parametrize(
    "value",
    [MEAN, MEAN[..., 0], MEAN[..., 0].T, np.repeat(MEAN, 4, -1), MEAN * (1 + 1e-6)],
    ids=["kept", "squeezed", "transposed", "repeated", "rounded"],
)
def test_a_mean_is_recognised_in_any_shape_and_order(value):
    assert followed(RESHAPED, (2, "reduce_sum", value, (0,))).right == ("mean",)


@pytest.mark.parametrize("parts", [list(MEAN), list(MEAN.reshape(-1, 1)), [MEAN[1], MEAN]], ids=len)
def test_parts_are_the_mean_if_together_they_are_all_of_it(parts):
    made = [(i, "reduce_sum", part, (0,)) for i, part in enumerate(parts, 2)]
    assert followed(RESHAPED, *made).right == ("mean",)
    if len(parts[0]) == len(parts[-1]):
        assert followed(RESHAPED, *made[1:]).right == ()


def test_the_statistics_of_one_sample_are_not_those_of_all():
    one = (2, "slice", GROUPS[:1], (0,))
    found = followed(RESHAPED, one, (3, "reduce_sum", MEAN[:1], (1,)), (4, "sub", GROUPS - MEAN[:1], (0, 2)))
    assert (found.right, found.line) == ((), 2)


@pytest.mark.parametrize("value", [MEAN + 0.01, MEAN * np.nan, MEAN[:0], np.append(MEAN, 0.0)])
def test_what_is_no_mean_is_not_recognised(value):
    assert followed(RESHAPED, (2, "reduce_sum", value, (0,))).right == ()


def test_an_output_in_the_wrong_order_is_wrong():
    found = followed(RESHAPED, (2, "sub", OUT.reshape(2, 3, 4), (0,)), (3, "reshape", OUT[:, ::-1], (1,)))
    assert "output" in found.right  # it has been there, and was lost
    assert found.line == 3


def test_a_wrong_arrangement_is_told_from_wrong_axes():
    strided = X.reshape(2, 4, 3)
    found = followed((1, "reshape", strided, (GIVEN,)), (2, "reduce_sum", strided.mean(-1), (0,)))
    assert found.line == 1
    found = followed(RESHAPED, (2, "reduce_sum", GROUPS.mean((1, 2)), (0,)))
    assert found.line == 2


def test_a_returned_array_that_is_right_for_something_else_is_where_it_goes_wrong():
    def returned(*outputs):
        made = steps((1, "reduce_sum", MEAN, (GIVEN,)), (2, "mul", VAR, (0,)), (3, "reduce_sum", MEAN, (GIVEN,)))
        found = follow(made, LANDMARKS[:3], outputs, near=3e-5, returned=("mean", "variance"))
        return found.line, found.missing, found.unfinished

    assert returned(0, 1)[1:] == ("", True)
    assert returned(0, 2)[1:] == ("", True)  # both appear: which was meant to be returned is not known
    made = steps((1, "reduce_sum", MEAN, (GIVEN,)), (3, "reduce_sum", MEAN, (GIVEN,)))
    found = follow(made, LANDMARKS[:3], (0, 1), near=3e-5, returned=("mean", "variance"))
    assert (found.line, found.missing, found.unfinished) == (3, "variance", False)


def test_a_case_is_followed_with_the_exercises_landmarks():
    exercise = load("group_norm_nd")
    index, planned = next((i, c) for i, c in enumerate(make_plan(exercise, seed=0).cases) if c.parameters)
    arrays = {"x": planned.x.astype("f8"), **{n: a.astype("f8") for n, a in planned.parameters.items()}}
    marks = dict(exercise.spec.reference.landmarks(arrays, planned.arguments))
    assert list(dict.fromkeys(name for name in marks if name)) == [
        *("mean", "x - mean", "variance", "variance + eps", "standard deviation", "normalised values", "output"),
    ]  # fmt: skip
    np.testing.assert_allclose(marks["output"], exercise.spec.reference.value(arrays, planned.arguments))
    traced = Traced(case=index, steps=steps((7, "mul", marks["mean"], (GIVEN,))), outputs=(0,), problem=None)
    found = trail(planned, traced, exercise.spec.reference)
    assert (found.right, found.line) == (("mean",), 7)
    assert trail(planned, Traced(case=index, steps=(), outputs=(), problem=None), exercise.spec.reference) is None


def test_what_rounds_to_half_precision_is_said_to():
    def half(value):
        return value.astype("f2").astype("f4")

    made = steps(
        RESHAPED, (2, "reduce_sum", MEAN, (0,)), (2, "convert_element_type", half(MEAN), (1,)),
        (3, "sub", GROUPS - half(MEAN), (0, 2)), (4, "reshape", X - half(MEAN).repeat(4, 1).reshape(X.shape), (3,)),
    )  # fmt: skip
    narrow = [replace(made[i], value=made[i].value.astype("f2")) if i == 2 else made[i] for i in range(len(made))]
    found = follow(narrow, LANDMARKS, [4], near=3e-5)
    assert (found.line, found.rounded) == (2, "float16")
    assert follow(made, LANDMARKS, [4], near=3e-5).rounded == ""


def test_landmarks_without_names_and_a_constant_that_is_returned_tell_nothing():
    half = replace(steps((3, "convert_element_type", OUT, ()))[0], value=OUT.astype("f2"))
    assert follow([half], (("", X),), [0], near=3e-5).right == ()
    found = follow([half, *steps((4, "mul", OUT * 3, (GIVEN,)))], (("", X),), [1], near=3e-5)
    assert (found.line, found.aside) == (4, None)


def test_a_right_end_that_is_not_what_is_returned():
    found = followed(
        RESHAPED, (2, "reduce_sum", MEAN, (0,)), (3, "mul", VAR, (0, 1)), (4, "div", OUT, (0, 2)),
        (5, "add", OUT * 2, (0,)), outputs=[4],
    )  # fmt: skip
    assert (found.aside, found.missing) == (4, "")
    assert followed(RESHAPED, (4, "div", OUT, (0,)), (5, "mul", OUT * 2, (1,))).aside is None


def test_a_difference_from_a_large_mean_may_err_as_its_mean_is_rounded():
    x = X + 1000
    marks = (("", x), ("mean", MEAN + 1000), ("x - mean", GROUPS - MEAN), ("output", OUT))
    rounded = GROUPS - MEAN + 1e-4
    rows = [RESHAPED, (2, "reduce_sum", MEAN + 1000, (0,)), (3, "sub", rounded, (0, 1)), (4, "div", rounded * 2, (2,))]
    assert follow(steps(*rows), marks, [3], near=3e-5).right == ("mean", "x - mean")
    assert followed(*rows).right == ()


def test_a_weighted_mean_is_no_matter_of_arrangement():
    """A mean of all values, where only some count: no other reshape would have given the right one."""
    marks = (("", X), ("mean", MEAN + 0.3), ("output", OUT))
    plain = X.mean(-1, keepdims=True)
    rows = steps(RESHAPED, (2, "reduce_sum", plain, (0,)), (3, "sub", X - plain, (0, 1)))
    assert follow(rows, marks, [2], near=3e-5).line == 2


@pytest.mark.parametrize(("operation", "line"), [("psum", 3), ("mul", 2)])
def test_what_a_device_knows_of_its_piece_is_right_where_it_tells_the_others(operation, line):
    own = GROUPS.mean(-1)
    rows = steps(RESHAPED, (2, "reduce_sum", own, (0,)), (3, operation, own * 2, (1,)), (4, "sub", X + 3, (0, 2)))
    marks = (("", X), ("mean", MEAN + 0.1), ("output", OUT))
    assert follow(rows, marks, [3], near=3e-5, pieces=[own]).line == line


def test_ways_back_that_meet_are_gone_once():
    """A forged trace of 100 steps has 2**99 ways back through them."""
    value = np.full((1, 1), 0.123)
    rows = [(0, "reshape", value, (GIVEN,)), (1, "reshape", value, (GIVEN, 0))]
    rows += [(at, "reshape", value, (at - 1, at - 2)) for at in range(2, 100)]
    assert followed(*rows).missing == "mean"


def test_what_a_reduction_takes_from_many_is_looked_at_once(monkeypatch):
    looked, real = [], trails._is
    monkeypatch.setattr(trails, "_is", lambda value, *more: looked.append(value.size) or real(value, *more))
    rows = [(at, "reshape", GROUPS, (max(at - 1, GIVEN),)) for at in range(50)]
    rows += [(50, "reduce_sum", OUT[:, :1], tuple(range(50)))]
    followed(*rows)
    assert len(looked) < 6 * len(rows)
