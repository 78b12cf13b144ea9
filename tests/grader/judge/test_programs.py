"""A mistake in one branch is found in situations that no visible case has; right programs are right in all of them."""

import dataclasses
import json

import numpy as np
import pytest
from telling import said
from tracing import FILE

from grader.course import Gradient
from grader.course.loader import load
from grader.judge.programs import hardest, judged, judged_runs, tells
from grader.pipeline import check_bytes
from grader.plan.cases import make_plan
from grader.plan.situations import situations
from grader.program.decode import decode
from grader.program.program import Program
from grader.sandbox.warm import WARM_HERE, WarmRunner
from grader.worker import entries, program_trace

needs_warm = pytest.mark.skipif(not WARM_HERE, reason="the warm process needs Linux")

# Mistakes as lines to be put behind the solution's variance: exercise, behind which line, mistakes, conditions.
ONE_PASS = "np.mean(grouped**2, axis=within, keepdims=True) - mean**2"
DETACHED = "__import__('jax').lax.stop_gradient(variance)"
MISTAKES = [
    ("group_norm_images", "        variance = ", {
        "one pass": "jnp.mean(grouped**2, axis=shared, keepdims=True) - mean**2",
        "eps ignored": "variance - self.eps + 1e-9", "detached": DETACHED,
    }, ["x.ndim == 2", "x.ndim == 3", "x.ndim == 4", "x.ndim == 5", "x.shape[0] == 1", "self.num_groups == 1",
        "self.num_groups == channels and x.ndim > 2", "x.dtype == jnp.bfloat16", "self.eps == 1e-5"]),
    ("group_norm_channels_first", "    variance = ", {
        "one pass": ONE_PASS, "eps ignored": "variance - eps + 1e-9",
    }, ["x.ndim == 2", "x.ndim == 3", "x.ndim == 4", "x.ndim == 5", "x.shape[0] == 1", "num_groups == 1",
        "num_groups == channels and x.ndim > 2", "gamma is None", "beta is None", "eps == 1e-5"]),
    ("masked_group_norm", "    variance = ", {"eps ignored": "variance - eps + 1e-9", "detached": DETACHED},
     ["x.ndim == 3", "x.ndim == 4", "x.shape[0] == 1", "x.shape[1] == channels", "num_groups == 1",
      "num_groups == channels", "eps == 1e-5"]),
    ("masked_group_norm", "    weight = ", {"a length": "(jnp.arange(mask[0].size).reshape(mask[0].shape) < "
     "mask.sum(tuple(range(1, mask.ndim)), keepdims=True)).astype(x.dtype)[..., None, None]"},
     ["x.ndim == 3", "x.ndim == 4", "x.shape[1] == channels", "num_groups == 1", "num_groups == channels"]),
    ("weight_standardization", "    variance = ", {
        "one pass": "jnp.mean(kernel**2, axis=(0, 1, 2), keepdims=True) - mean**2",
        "eps ignored": "variance - eps + 1e-9",
    }, ["kernel.shape[:2] == (1, 1)", "kernel.shape[-1] == 1", "kernel.shape[2] == 1", "x.shape[0] == 1",
        "len(set(kernel.shape)) == 1", "kernel.shape[-1] > 1", "eps == 1e-5"]),
    ("sharded_group_norm", "    variance = ", {
        "one pass": "jax.lax.pmean(jnp.mean(grouped**2, axis=within, keepdims=True), axis_name) - mean**2",
        "eps ignored": "variance - eps + 1e-9", "detached": DETACHED,
        "not merged": "jnp.mean(centred**2, axis=within, keepdims=True)",
    }, ["x.ndim == 3", "x.ndim == 4", "num_groups == 1", "num_groups == x.shape[-1]",
        "jax.lax.axis_size(axis_name) == 2", "jax.lax.axis_size(axis_name) == 4", "eps == 1e-5"]),
]  # fmt: skip
ROWS = [
    pytest.param(slug, line, mistake, condition, id=f"{slug}, {name}, {condition}")
    for slug, line, mistakes, conditions in MISTAKES
    for name, mistake in mistakes.items()
    for condition in conditions
]


def with_mistake(slug, line, mistake, condition):
    """The solution with one more line."""
    rows = []
    for row in load(slug).solution.splitlines():
        rows.append(row)
        if row.startswith(line):
            rows.append(f"{line}{mistake} if {condition} else {line.strip(' =')}")
    assert len(rows) == len(load(slug).solution.splitlines()) + 1
    return "\n".join(rows) + "\n"


def wrong_in(slug, source, seed=0):
    """The situations in which a program is wrong, one for each that is traced, or run where it cannot be."""
    exercise, namespace = load(slug), {"__name__": "submission"}
    exec(compile(source, FILE, "exec"), namespace)
    spec, entry = exercise.spec, exercise.spec.entry
    found = entries.find(namespace, {"name": entry.name, "kind": entry.kind, "arrays": entry.arrays})
    for one in situations(exercise, make_plan(exercise, seed=seed)):
        case, about = one.message["case"], (one.situations, spec.reference)
        program = decode(json.loads(json.dumps(program_trace.program(found, case, one.message["forms"], FILE))))
        if isinstance(program, Program):
            comparison = judged(one.index, program, *about)
        else:
            assert entry.arrays == "numpy"
            comparison = judged_runs(one.index, entries.answers(found, case, one.inputs(), 10.0), *about)
        if comparison:
            yield comparison


@pytest.mark.sample(4)
@pytest.mark.parametrize(("slug", "line", "mistake", "condition"), ROWS)
def test_a_mistake_in_one_branch(slug, line, mistake, condition):
    found = next(wrong_in(slug, with_mistake(slug, line, mistake, condition)))
    assert found.outcome == "wrong"
    assert said(found)


@pytest.mark.sample(3)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("slug", dict.fromkeys(slug for slug, *_ in MISTAKES))
def test_a_solution_is_right_in_every_situation(slug, seed):
    assert not list(wrong_in(slug, load(slug).solution, seed))


@pytest.fixture(scope="module")
def runner():
    with WarmRunner() as runner:
        yield runner


def test_what_is_run_and_out_of_time_is_judged_by_what_came():
    exercise = load("group_norm_channels_first")
    one = situations(exercise, make_plan(exercise, seed=0))[0]
    wrong = {"value": np.zeros((len(one.situations), *one.situations[0].x.shape), np.float32)}
    entry = entries.Entry("function", "numpy", lambda x, num_groups, gamma, beta, eps: x)
    assert entries.answers(entry, one.message["case"], one.inputs(), 0.0) == {}
    for count, found in ((0, None), (1, "wrong")):
        comparison = judged_runs(0, {"value": wrong["value"][:count]}, one.situations, exercise.spec.reference)
        assert (comparison and comparison.outcome) == found
    assert judged_runs(0, {"value": np.zeros(())}, one.situations, exercise.spec.reference) is None


@needs_warm
@pytest.mark.sample(1)
@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize(
    ("slug", "line", "mistake", "condition"),
    [
        ("group_norm_channels_first", "    variance = ", ONE_PASS, "x.ndim == 4"),
        ("group_norm_1d", "        variance = ", "variance - self.eps + 1e-9", "self.num_groups == 1"),
    ],
    ids=["run, in NumPy", "traced"],
)
def test_a_mistake_in_one_branch_costs_points(slug, line, mistake, condition, hidden, runner):
    exercise, source = load(slug), with_mistake(slug, line, mistake, condition)
    visible = {case.situation() for case in make_plan(exercise, seed=3).cases}
    report = check_bytes(exercise, source.encode(), name="x.py", seed=3, runner=runner, hidden=hidden)
    wrong = [case for case in report.cases if case.outcome == "wrong"]
    assert {case.situation for case in wrong} - visible
    assert report.score < report.max_score
    assert all(said(case) for case in wrong)


@needs_warm
@pytest.mark.sample(1)
@pytest.mark.parametrize("slug", ["group_norm_1d", "moments", "group_norm_images", "norm_family", "mixed_precision"])
def test_right_programs_are_right_in_every_situation(slug, runner):
    exercise = load(slug)
    report = check_bytes(exercise, exercise.solution.encode(), name="x.py", seed=5, runner=runner)
    assert (report.outcome, report.score) == ("right", report.max_score)


def test_a_gradient_is_not_judged_where_a_group_holds_equal_values():
    """There a right program that takes a root of the variance has no gradient; in half precision chance does it."""
    exercise = load("group_norm_nd")
    plan = make_plan(exercise, seed=0)
    asked = [planned for one in situations(exercise, plan) for planned in one.situations]
    gradients = [planned for planned in asked if isinstance(planned.case.check, Gradient)]
    reference = exercise.spec.reference
    single = [planned for planned in gradients if planned.x.dtype == "float32" and planned.num_groups == 3]
    assert all(tells(planned, reference) for planned in single)
    assert not all(tells(planned, reference) for planned in gradients)
    x = single[0].x.copy()
    x[..., :4] = 1.0
    assert not tells(dataclasses.replace(single[0], x=x), reference)
    values = [planned for planned in asked if not isinstance(planned.case.check, Gradient)]
    assert all(tells(planned, reference) for planned in values)


def test_half_precision_gradients_are_judged_as_ideas_alone():
    """Right programs overflow there, wherever a variance is tiny."""
    exercise = load("group_norm_nd")
    for one in situations(exercise, make_plan(exercise, seed=0)):
        half = one.situations[0].x.dtype.itemsize == 2 and isinstance(one.situations[0].case.check, Gradient)
        assert bool(hardest(one.situations)) != half
