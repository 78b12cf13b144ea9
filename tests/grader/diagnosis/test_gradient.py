"""Cases on the gradient: the reference, the worker, the verdict and what is said of it."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from telling import explained, said

from grader.course.loader import load
from grader.judge.comparison import float64_arrays
from grader.judge.judge import judge
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.sandbox.transcript import Answer
from grader.submission.reading import Submission

reference = bundled("_group_norm.reference")

EXERCISE = load("group_norm_nd")
NAMES = ("three groups", "under jit", "gradient")
BRIEF = replace(
    EXERCISE,
    spec=replace(
        EXERCISE.spec,
        cases=tuple(replace(c, needs=()) for c in EXERCISE.spec.cases if c.name in NAMES),
    ),
)
LINE = "        return gamma * normalize(x, self.num_groups, self.eps) + beta\n"
BARE = """
from functools import partial
import jax, jax.numpy as jnp

@partial(jax.checkpoint, static_argnums=(3, 4))
def norm(x, gamma, beta, num_groups, eps):
    if x.shape[-1] % num_groups:
        raise ValueError
    groups = x.reshape(*x.shape[:-1], num_groups, -1)
    centred = groups - groups.mean(-1, keepdims=True)
    return gamma * (centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + eps)).reshape(x.shape) + beta

def group_norm(x, gamma, beta, num_groups, eps=1e-5):
    return norm(x, gamma, beta, num_groups, eps)
"""
SOURCE = EXERCISE.spec.right_variants[0].source


def planned(seed=0):
    return next(case for case in make_plan(EXERCISE, seed=seed).cases if case.case.name == "gradient")


@pytest.mark.parametrize("seed", range(5))
def test_the_reference_is_the_derivative_of_the_value(seed):
    case = planned(seed)
    arrays = float64_arrays(case, reference.REFERENCE)
    exact = reference.gradient(arrays, case.arguments)
    for at in np.ndindex(case.x.shape):
        step = np.zeros(case.x.shape)
        step[at] = 1e-5
        up, down = (
            (arrays["cotangent"] * reference.value({**arrays, "x": arrays["x"] + s * step}, case.arguments)).sum()
            for s in (1, -1)
        )
        assert abs((up - down) / 2e-5 - exact[at]) < 1e-8 * (1 + abs(exact[at]))


@pytest.mark.full
@pytest.mark.parametrize("mean", [0.0, 30.0])
def test_what_is_allowed_covers_float32_and_not_much_more(mean):
    """A naive program in float32, far from 0 too, errs by 0.5 to 50 % of it."""
    case = planned()
    x = (case.x + mean).astype(np.float32)
    case = replace(case, x=x)

    def loss(x):
        grouped = x.reshape(*x.shape[:-1], 3, -1)
        centred = grouped - grouped.mean(-1, keepdims=True)
        y = centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + case.arguments["eps"])
        return ((y.reshape(x.shape) * case.parameters["gamma"]) * case.cotangent).sum()

    got = np.asarray(jax.grad(loss)(jnp.asarray(x)))
    found = judge(0, case, reference.REFERENCE, Answer(arrays={"value": got}, problem=None, printed=""))
    assert found.outcome == "right"
    assert 0.005 < found.margin < 0.5


@pytest.mark.full
@pytest.mark.parametrize(
    ("last", "says"),
    [
        ("jax.pure_callback(lambda y: y, y, y)", "gradient"),
        ("jax.lax.stop_gradient(y)", "the gradient is 0 everywhere"),
        ("jnp.where(x == x, y, jnp.sqrt(x - x))", "not a finite number everywhere"),
        ("y + jax.lax.stop_gradient(x) - x", "only the gradient is wrong"),
    ],
)
def test_what_is_said_of_a_gradient_alone_that_is_wrong(last, says, unwalled):
    source = SOURCE.replace(LINE, LINE.replace("return", "y =") + f"        return {last}\n")
    assert source != SOURCE
    report = grade(BRIEF, Submission(name="s.py", source=source), seed=0, runner=unwalled)
    assert [case.outcome for case in report.cases] == ["right", "right", "wrong"]
    told = report.cases[-1]
    assert says in (explained(told.diagnosis) if told.diagnosis else said(told))


@pytest.mark.full
def test_a_gradient_is_asked_for_only_once_the_values_are_right(unwalled):
    source = SOURCE.replace("+ beta", "- beta")
    report = grade(EXERCISE, Submission(name="s.py", source=source), seed=0, runner=unwalled)
    assert next(case for case in report.cases if case.name == "gradient").outcome == "skipped"


def test_an_exercise_that_asks_for_a_gradient_needs_one():
    bare = replace(reference.REFERENCE, gradient=None)
    with pytest.raises(ValueError, match="the reference has no gradient"):
        bare.differentiated()


@pytest.mark.full
@pytest.mark.parametrize(("by", "outcome"), [("jax.custom_vjp", "right"), ("jax.checkpoint", "wrong")])
def test_a_gradient_of_its_own_is_what_forward_mode_refuses(by, outcome, unwalled):
    """What JAX differentiates keeps as little under ``jax.checkpoint`` as what has a way back of its own."""
    exercise = load("group_norm_gradient")
    source = exercise.solution
    if by == "jax.checkpoint":
        source = BARE
    report = grade(exercise, Submission(name="s.py", source=source), seed=0, runner=unwalled)
    assert report.outcome == outcome
    by_name = {case.name: case for case in report.cases}
    assert by_name["a gradient of its own"].outcome == outcome
    if outcome == "wrong":
        assert "jax.jvp must fail" in said(by_name["a gradient of its own"])
        assert by_name["the gradient of x"].outcome == "skipped"
        assert by_name["what is kept"].outcome == "right"
