"""Values and their lines, from programs of the kinds that learners write."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from grader.worker.jaxpr_trace import CALLS, LOOP_CAP, steps
from grader.worker.wire import ARRAYS_CAP, GIVEN, STEPS_CAP

X = np.arange(6, dtype="f4")
FILE = "submission_under_test.py"


def traced(source, x=X):
    namespace = {"jax": jax, "jnp": jnp}
    exec(compile(source, FILE, "exec"), namespace)
    rows, outputs, values = steps(namespace["f"], (x,), FILE)
    return [(*row, values[str(i)]) for i, row in enumerate(rows)], outputs[0] if outputs else None


def lines(rows):
    return sorted({row[0] for row in rows})


def test_every_value_has_its_line_function_operation_and_inputs():
    rows, output = traced("def f(x):\n    y = x * 2\n    return y + 1\n")
    assert [row[:5] for row in rows] == [[2, 2, "f", "mul", [GIVEN]], [3, 3, "f", "add", [0]]] or [
        tuple(row[:5]) for row in rows
    ] == [(2, 2, "f", "mul", [GIVEN]), (3, 3, "f", "add", [0])]
    np.testing.assert_array_equal(rows[1][5], X * 2 + 1)
    assert output == 1


def test_a_helper_has_its_own_line_and_the_callers():
    rows, _ = traced("def g(x):\n    return x + 1\n\ndef f(x):\n    return g(x)\n")
    assert rows[0][:3] == (2, 5, "g")


@pytest.mark.parametrize("wrapper", ["jax.jit", "jax.checkpoint"])
def test_a_wrapped_helper_of_ones_own_is_walked_into(wrapper):
    rows, _ = traced(f"@{wrapper}\ndef g(x):\n    y = x + 1\n    return y * 2\n\ndef f(x):\n    return g(x)\n")
    assert lines(rows) == [3, 4]
    assert {row[1] for row in rows} == {7}


def test_a_librarys_inside_belongs_to_the_line_that_calls_it_every_time():
    """JAX traces a function of its own once: later calls must not bear the first call's line."""
    rows, _ = traced("def f(x):\n    a = jnp.var(x)\n    b = jnp.var(x)\n    return a + b\n")
    assert lines(rows) == [2, 3, 4]
    assert sum(row[0] == 2 for row in rows) == sum(row[0] == 3 for row in rows) > 2


def test_vmap_and_scan():
    rows, _ = traced("def f(x):\n    return jax.vmap(lambda r: r.sum() * 3)(x.reshape(2, 3))\n")
    assert lines(rows) == [2]
    assert rows[-1][5].shape == (2,)
    rows, output = traced(
        "def f(x):\n    def step(c, v):\n        c = c + v\n        return c, c * 2\n"
        "    return jax.lax.scan(step, 0.0, x)[1]\n"
    )
    np.testing.assert_array_equal(rows[output][5], np.cumsum(X) * 2)
    assert {3, 4} <= set(lines(rows))
    assert sum(row[0] == 3 and row[3] == "add" for row in rows) == len(X)


def test_a_long_scan_stays_one_step():
    source = "def f(x):\n    return jax.lax.scan(lambda c, v: (c + v, c), 0.0, x)[0]\n"
    rows, _ = traced(source, np.ones(LOOP_CAP + 1, "f4"))
    assert [row[3] for row in rows if row[3] == "scan"] == ["scan", "scan"]


def test_reversed_scan_gives_the_values_of_the_program():
    source = "def f(x):\n    return jax.lax.scan(lambda c, v: (c + v, c), 0.0, x, reverse=True)[1]\n"
    rows, output = traced(source)
    np.testing.assert_array_equal(rows[output][5], [15, 14, 12, 9, 5, 0])


def test_a_scan_with_constants_and_two_values_carried():
    rows, output = traced(
        "def f(x):\n    k = x.sum()\n    def step(c, v):\n        n, mean = c\n        n = n + 1\n"
        "        mean = mean + (v - mean) / n\n        return (n, mean), mean * k\n"
        "    return jax.lax.scan(step, (0.0, 0.0), x)[1]\n"
    )
    np.testing.assert_allclose(rows[output][5], np.cumsum(X) / np.arange(1, len(X) + 1) * X.sum(), rtol=1e-6)


@pytest.mark.full
def test_there_is_a_cap_on_steps():
    rows, output = traced("def f(x):\n    y = x * 2\n    for _ in range(500): x = x + 1\n    return y\n")
    assert len(rows) == STEPS_CAP < ARRAYS_CAP == 256
    assert output == 0
    assert "jit" in CALLS


@pytest.mark.full
def test_a_way_that_is_cut_short_of_its_end_is_none():
    rows, output = traced("def f(x):\n    for _ in range(500): x = x + 1\n    return x\n")
    assert (rows, output) == ([], None)


def test_an_argument_returned_as_it_came_is_no_step():
    rows, output = traced("def f(x):\n    x * 2\n    return x\n")
    assert output is None
    assert len(rows) == 1
