"""Entries that are modules of Flax NNX: what counts as a parameter, and how the case's own get in."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

from exercises.loader import load
from grader import entries, nnx_modules, sentences
from grader.judge import judge
from grader.plan import make_plan
from grader.submission import Submission
from grader.transcript import Problem
from grader.trusted import TrustedProgram

X = jnp.ones((2, 3))
NOTHING = Submission(name="a.py", source="")
EXERCISE = load("group_norm_nnx")
CASES = make_plan(EXERCISE, seed=1).cases
ASKED = {"name": "GroupNorm", "kind": "nnx_module", "arrays": "jax"}


class Scale(nnx.Module):
    def __init__(self, wrap=nnx.Param, *, rngs):
        self.rngs = rngs
        self.dropped = nnx.Dropout(0.5, rngs=rngs)
        self.gamma = wrap(jnp.ones(3))

    def __call__(self, x):
        self.seen = nnx.Param(x.sum())
        return self.gamma * x


@pytest.mark.parametrize(
    ("wrap", "name"),
    [
        (nnx.Param, "params/gamma"),
        (nnx.Variable, "variable/gamma"),
        (nnx.BatchStat, "variable/gamma"),
        (jnp.asarray, "array/gamma"),
        (lambda _: 2.0, "late/seen"),
    ],
)
def test_what_a_module_holds_is_named_by_what_it_is(wrap, name):
    made = nnx_modules.made(Scale(wrap, rngs=nnx.Rngs(0)), X)
    assert list(made) == [name]


def test_a_case_s_parameters_take_the_place_of_the_module_s_and_a_call_leaves_nothing():
    module = Scale(rngs=nnx.Rngs(0))
    apply, state = nnx_modules.split(module)
    given = nnx_modules.with_parameters(state, {"gamma": jnp.array([1.0, 2.0, 3.0])})
    for call in (apply, jax.jit(apply)):
        np.testing.assert_array_equal(call(given, X), [[1, 2, 3]] * 2)
    np.testing.assert_array_equal(apply(state, X), X)
    assert not hasattr(module, "seen")


def test_parameters_within_parts_have_their_path():
    class Outer(nnx.Module):
        def __init__(self):
            self.inner = Scale(rngs=nnx.Rngs(0))

    _, state = nnx_modules.split(Outer())
    assert list(nnx_modules.parameters(state)) == ["inner/gamma"]
    given = nnx_modules.with_parameters(state, {"inner/gamma": jnp.zeros(3)})
    assert not nnx_modules.value_of(nnx_modules.parameters(given)["inner/gamma"]).any()
    with pytest.raises(KeyError, match="gamma"):
        nnx_modules.with_parameters(state, {"gamma": jnp.zeros(3)})


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (linen.Dense, "must be a class that derives from flax.nnx.Module; here it is a Flax Linen module"),
        (dict, "here it is a class of another kind"),
        (lambda x: x, "here it is a function"),
    ],
)
def test_what_is_no_such_module_is_said(found, says):
    with pytest.raises(entries.Rejected) as refused:
        entries.find({"GroupNorm": found}, ASKED)
    assert says in sentences.of_problem(Problem(**refused.value.problem), entry="GroupNorm", submission=NOTHING)


def test_a_linen_module_is_asked_for_as_before():
    with pytest.raises(entries.Rejected) as refused:
        entries.find({"GroupNorm": Scale}, {**ASKED, "kind": "linen_module"})
    assert refused.value.problem["message"] == "a Flax NNX module"


def test_an_init_that_takes_other_arguments_is_told_what_it_must_take():
    source = "from flax import nnx\nclass GroupNorm(nnx.Module):\n    def __init__(self, num_groups): pass\n"
    namespace = {}
    exec(source, namespace)  # noqa: S102 - the text above
    body, arrays = CASES[0].message()
    with pytest.raises(entries.Rejected) as refused:
        entries.answer(entries.find(namespace, ASKED), body, arrays, lambda function, _: function)
    told = sentences.of_problem(
        Problem(**{**refused.value.problem, "names": tuple(refused.value.problem["names"])}),
        entry="G",
        submission=Submission(name="a.py", source=""),
    )
    assert told.startswith("G must take num_features and num_groups and eps and rngs: ")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("nnx.Param(", "nnx.Param(", ""),
        (
            "nnx.Param(",
            "nnx.Variable(",
            "yours are beta (a variable, but no nnx.Param), gamma (a variable, but no nnx.",
        ),
        ("nnx.Param(", "(", "yours are beta (an array, but no nnx.Param), gamma (an array, but no nnx.Param)"),
        ("self.beta = nnx.Param", "self.beta = ", "the parameters must be beta, gamma; yours are gamma"),
        ("self.gamma", "self.scale", "yours are beta, scale"),
        ("jnp.ones(num_features)", "jnp.ones(num_groups)", "gamma must have shape (12,); yours has (4,)"),
        ("jnp.zeros(", "jnp.ones(", "beta must be 0 everywhere at first; yours holds 1"),
    ],
)
def test_parameters_are_judged_by_name_type_shape_and_value(old, new, says):
    source = EXERCISE.solution.replace(old, new)
    if "ones(num_groups)" in new:  # so that the call still goes through
        source = source.replace("return self.gamma *", "return self.gamma.sum() *")
    verdict = judge(CASES[0], EXERCISE.spec.reference, TrustedProgram(source, EXERCISE.spec.entry).answer(CASES[0]))
    assert (verdict.outcome == "right") == (not says)
    assert says in verdict.message
