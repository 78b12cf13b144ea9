"""Calls over several devices: how x is cut, what is sent, and the steps on each device with their lines."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from telling import said

from grader.course.loader import load
from grader.findings.of_case import Stopped
from grader.judge.judge import judge
from grader.pipeline import grade
from grader.plan.cases import make_plan
from grader.reports import sentences
from grader.sandbox.transcript import Answer
from grader.submission.reading import Submission
from grader.worker import devices, jaxpr_trace, wire

EXERCISE = load("sharded_group_norm")
CASES = make_plan(EXERCISE, seed=1).cases
FILE = "submission_under_test.py"
FOUR = {"mesh": [("d", 4)], "cut": ["d", ""]}
SQUARE = {"mesh": [("a", 2), ("b", 2)], "cut": ["a", "b"]}
X = jnp.arange(32.0).reshape(8, 4)
TOO_MUCH = "each device sends 513 bytes to the others, and its piece of x has 8192; 32 are enough, and 512 are allowed"
SOURCE = """
def f(variables, x):
    total = lax.psum(x.sum(), "d")
    y = x - total
    return y * 2
"""


def program():
    namespace = {"lax": lax, "jnp": jnp}
    exec(compile(SOURCE, FILE, "exec"), namespace)
    return namespace["f"]


def test_there_are_four():
    assert jax.device_count() == devices.DEVICES


def test_each_device_has_its_piece_and_all_of_the_variables():
    shapes = []

    def apply(variables, x):
        shapes.append((variables["g"].shape, x.shape))
        return x + lax.axis_index("a") * 2 + lax.axis_index("b")

    y = jax.jit(devices.on_each(apply, SQUARE))({"g": jnp.ones(3)}, X)
    assert set(shapes) == {((3,), (4, 2))}
    np.testing.assert_array_equal(y - X, np.kron([[0, 1], [2, 3]], np.ones((4, 2))))


@pytest.mark.parametrize(
    ("apply", "sent"),
    [
        (lambda _, x: x, 0),
        (lambda _, x: x - lax.psum(x.sum(), "d"), 4),
        (lambda _, x: x - lax.pmean(x.mean(0), "d"), 16),
        (lambda _, x: x + lax.psum(1, "d"), 0),  # known without asking anybody
        (lambda _, x: x + lax.all_gather(x, "d").sum(0), 32),
        (lambda _, x: lax.ppermute(x, "d", [(0, 1), (1, 0), (2, 3), (3, 2)]), 32),
        (lambda _, x: lax.fori_loop(0, 3, lambda _, y: lax.ppermute(y, "d", [(i, i) for i in range(4)]), x), 96),
        (jax.jit(lambda _, x: x - lax.pmax(x.max(), "d")), 4),
    ],
)
def test_what_a_device_sends(apply, sent):
    assert devices.sent_bytes(devices.on_each(apply, FOUR), {}, X) == sent


def test_steps_are_followed_on_every_device_and_know_what_they_came_from():
    apply = devices.on_each(program(), FOUR)
    rows, outputs, values = jaxpr_trace.steps(apply, ({}, X), FILE)
    by_line = {row[0]: at for at, row in enumerate(rows)}
    total, y, double = (values[str(by_line[line])] for line in (3, 4, 5))
    np.testing.assert_array_equal(total, np.full(4, X.sum()))
    np.testing.assert_array_equal(y.reshape(X.shape), X - X.sum())
    np.testing.assert_array_equal(double, 2 * y)
    assert outputs == [by_line[5]]
    assert by_line[4] in rows[by_line[5]][4]
    assert rows[0][4] == [wire.GIVEN]


def test_steps_of_a_gradient_are_followed_too():
    apply = devices.on_each(program(), FOUR)
    rows, outputs, values = jaxpr_trace.steps(jax.grad(lambda x: (apply({}, x) * X).sum()), (X,), FILE)
    np.testing.assert_allclose(values[str(outputs[0])].reshape(X.shape), 2 * X - 2 * X.sum(), rtol=1e-5)
    assert rows


@pytest.mark.parametrize(
    ("sent", "outcome", "message"),
    [
        (np.int64(32), "right", ""),
        (np.int64(512), "right", ""),
        (np.int64(513), "wrong", TOO_MUCH),
        (np.int64(-1), "wrong", "what the devices send to each other cannot be measured"),
        (np.float64("nan"), "wrong", "what the devices send to each other cannot be measured"),
    ],
)
def test_what_is_sent_is_judged(sent, outcome, message):
    answer = Answer(arrays={"value": np.asarray(sent)}, problem=None, printed="")
    verdict = judge(0, CASES[-1], EXERCISE.spec.reference, answer)
    assert (verdict.outcome, said(verdict)) == (outcome, message)


@pytest.mark.full
def test_prints_on_devices_are_dropped_and_a_timeout_thinks_of_collectives(walled):
    line = "    variance = jax.lax.pmean"
    source = EXERCISE.solution.replace(
        line, f'    jax.debug.print("{{}}", mean)\n    jax.debug.callback(print, mean)\n{line}'
    )
    assert source.count("debug") == 2
    assert grade(EXERCISE, Submission(name="a.py", source=source), seed=0, runner=walled).outcome == "right"
    asked = sentences.of(Stopped(why="time", limit="30 s", phase="case", together=True))
    assert asked.endswith("a loop without an end, or a collective operation to which not every device comes?")


@pytest.mark.full
@pytest.mark.parametrize("name", ["shard_map", "make_jaxpr"])
def test_jax_s_own_functions_are_kept_from_before_the_submission(walled, name):
    source = EXERCISE.solution.replace("import jax\n", f"import jax\njax.{name} = None\n", 1)
    assert grade(EXERCISE, Submission(name="a.py", source=source), seed=0, runner=walled).outcome == "right"


def test_a_case_says_over_how_many_devices_x_is_cut():
    assert CASES[0].situation().endswith("cut over 1 device")
    assert CASES[4].situation().endswith("cut over 4 devices")
    body, _ = CASES[4].message()
    assert body["shards"] == {"mesh": [("samples", 2), ("positions", 2)], "cut": ("samples", "positions", "")}
    assert "shards" not in body["arguments"]


@pytest.mark.full
def test_behind_the_wall_there_are_four_devices_and_a_name_that_is_none_is_said(walled):
    source = EXERCISE.solution.replace("axis_name)", '"rows")')
    report = grade(EXERCISE, Submission(name="a.py", source=source), seed=0, runner=walled)
    assert report.outcome == "wrong"
    assert "rows" in said(report.cases[2])
    report = grade(EXERCISE, Submission(name="a.py", source=EXERCISE.solution), seed=0, runner=walled)
    assert report.outcome == "right"
