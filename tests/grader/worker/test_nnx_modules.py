"""Entries that are modules of Flax NNX: what counts as a parameter, and how the case's own get in."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx
from telling import said

from grader.authoring.trusted import TrustedProgram
from grader.course.loader import load
from grader.judge.endings import of_problem
from grader.judge.judge import judge
from grader.plan.cases import make_plan
from grader.reports import sentences
from grader.sandbox.transcript import Problem
from grader.submission.reading import Submission
from grader.worker import entries, nnx_modules

X = jnp.ones((2, 3))
NOTHING = Submission(name="a.py", source="")
EXERCISE = load("group_norm_nnx")
CASES = make_plan(EXERCISE, seed=1).cases
ASKED = {"name": "GroupNorm", "kind": "nnx_module", "arrays": "jax"}


def told(problem, *, entry):
    """The problem that the worker tells, in words."""
    problem = Problem(**{**problem, "names": tuple(problem.get("names", ()))})
    return sentences.of(of_problem(problem, entry=entry, submission=NOTHING))


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
    assert says in told(refused.value.problem, entry="GroupNorm")


def test_a_linen_module_is_asked_for_as_before():
    with pytest.raises(entries.Rejected) as refused:
        entries.find({"GroupNorm": Scale}, {**ASKED, "kind": "linen_module"})
    assert refused.value.problem["message"] == "a Flax NNX module"


def test_an_init_that_takes_other_arguments_is_told_what_it_must_take():
    source = "from flax import nnx\nclass GroupNorm(nnx.Module):\n    def __init__(self, num_groups): pass\n"
    namespace = {}
    exec(source, namespace)
    body, arrays = CASES[0].message()
    with pytest.raises(entries.Rejected) as refused:
        entries.answer(entries.find(namespace, ASKED), body, arrays, lambda function, _: function)
    assert told(refused.value.problem, entry="G").startswith(
        "G must take num_features and num_groups and eps and rngs: "
    )


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("nnx.Param(", "nnx.Param(", ""),
        (
            "nnx.Param(",
            "nnx.Variable(",
            "yours are beta (a variable, but not an nnx.Param), gamma (a variable, but not an nnx.",
        ),
        ("nnx.Param(", "(", "yours are beta (an array, but not an nnx.Param), gamma (an array, but not an nnx.Param)"),
        ("self.beta = nnx.Param", "self.beta = ", "the parameters must be beta, gamma; yours are gamma"),
        ("self.gamma", "self.scale", "yours are beta, scale"),
        ("jnp.ones(num_features)", "jnp.ones(num_groups)", "gamma must have shape (12,); yours has shape (4,)"),
        ("jnp.zeros(", "jnp.ones(", "beta must be initialised to 0 everywhere; yours holds 1"),
    ],
)
def test_parameters_are_judged_by_name_type_shape_and_value(old, new, says):
    source = EXERCISE.solution.replace(old, new)
    if "ones(num_groups)" in new:  # so that the call still goes through
        source = source.replace("return self.gamma *", "return self.gamma.sum() *")
    verdict = judge(0, CASES[0], EXERCISE.spec.reference, TrustedProgram(source, EXERCISE.spec.entry).answer(CASES[0]))
    assert (verdict.outcome == "right") == (not says)
    assert says in said(verdict)
