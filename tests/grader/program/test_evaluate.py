"""Evaluation without JAX: what is needed, what cannot be, how much work it may be, and the three arithmetics."""

import time
from decimal import Decimal, localcontext

import numpy as np
import pytest
from tracing import written

from grader.program.decode import decode
from grader.program.evaluate import evaluate
from grader.program.program import Unevaluable

F3, F0, B0 = ["float32", [3]], ["float32", []], ["bool", []]
X = np.array([1.0, 2.0, 4.0], np.float32)
ADD = ["add", [0, ["float32", 0.1]], [F3], {}, 1]
KEY = ["opaque", []]


def run(equations, outputs, held="float64", inputs=(F3,), **options):
    given = dict(zip("xyz", [X] * len(inputs), strict=False))
    return evaluate(decode(written(equations, outputs, inputs)), given, held=held, **options)


def test_the_idea_and_what_was_written():
    np.testing.assert_array_equal(run([ADD], [1])["value/0"], X.astype(np.float64) + 0.1)
    rounded = run([ADD], [1], "written")["value/0"]
    assert rounded.dtype == np.float32
    np.testing.assert_array_equal(rounded, X + np.float32(0.1))


def test_fifty_digits():
    third = ["div", [1, ["float32", 3.0]], [F3], {}, 1]
    root = ["rsqrt", [2], [F3], {}, 1]
    found = run([ADD, third, root], [2, 3], "decimal")
    assert str(found["value/0"][0]).startswith("0.36666666666666666666666666666666666")
    with localcontext(prec=60):
        assert abs(found["value/1"][0] ** 2 * found["value/0"][0] - 1) < Decimal("1e-48")


def test_decimals_that_are_no_numbers_do_not_raise():
    rows = [["sub", [0, 0], [F3], {}, 1], ["div", [1, 1], [F3], {}, 1], ["max", [2, 0], [F3], {}, 1]]
    assert all(value.is_nan() for value in run(rows, [2], "decimal")["value/0"])


@pytest.mark.parametrize("name", ["exp", "log", "log1p", "sqrt", "abs", "sign", "is_finite"])
def test_decimals_know_functions_too(name):
    kind = ["bool", [3]] if name == "is_finite" else F3
    program = written([[name, [0], [kind], {}, 1]], [1])
    exact, wide = (evaluate(decode(program), {"x": X}, held=held)["value/0"] for held in ("decimal", "float64"))
    np.testing.assert_allclose(exact.astype(np.float64), wide.astype(np.float64), rtol=1e-15)


def test_what_no_output_needs_is_not_evaluated():
    rows = [
        ["random_seed", [["int32", 0]], [KEY], {}, 3],
        ["random_bits", [1], [["uint32", [3]]], {}, 3],
        ["debug_callback", [0], [], {}, 4],
        ADD,
    ]
    np.testing.assert_allclose(run(rows, [3])["value/0"], X + 0.1, rtol=1e-7)
    with pytest.raises(Unevaluable) as caught:
        run(rows, [2])
    assert (caught.value.primitive, caught.value.line, caught.value.reason) == ("random_seed", 3, "random")


def test_results_of_a_call_that_nobody_needs_are_not_evaluated():
    body = {
        "inputs": [F3],
        "constants": [],
        "equations": [["triangular_solve", [0], [F3], {}, 7], ADD],
        "outputs": [1, 2],
    }
    call = ["jit", [0], [F3, F3], {"body": body}, 2]
    np.testing.assert_allclose(run([call], [2])["value/0"], X + 0.1, rtol=1e-7)
    with pytest.raises(Unevaluable, match="line 7: triangular_solve"):
        run([call], [1])


@pytest.mark.parametrize(
    ("primitive", "reason"),
    [
        ("pure_callback", "callback"),
        ("io_callback", "callback"),
        ("custom_call", "unknown"),
        ("ffi_call", "unknown"),
        ("threefry2x32", "random"),
        ("no such thing", "unknown"),
    ],
)
def test_what_is_no_arithmetic(primitive, reason):
    with pytest.raises(Unevaluable) as caught:
        run([[primitive, [0], [F3], {"whatever": 1}, 5]], [1])
    assert (caught.value.primitive, caught.value.line, caught.value.reason) == (primitive, 5, reason)


def test_dtypes_that_do_not_fit_each_other_are_no_error_of_ours():
    with pytest.raises(Unevaluable, match="invalid"):
        run([["shift_left", [0, 0], [F3], {}, 6]], [1])


def endless(body_equations=()):
    always = {"inputs": [F3], "constants": [], "equations": [], "outputs": [["bool", True]]}
    body = {"inputs": [F3], "constants": [], "equations": list(body_equations), "outputs": [len(body_equations)]}
    parameters = {"cond": always, "body": body, "cond_nconsts": 0, "body_nconsts": 0}
    return ["while", [0], [F3], parameters, 8]


def counted(length):
    body = {"inputs": [F3], "constants": [], "equations": [], "outputs": [0]}
    return ["scan", [0], [F3], {"body": body, "length": length, "reverse": False, "num_consts": 0, "num_carry": 1}, 8]


def many_times(depth):
    """A scan in a scan in a scan: a program of a few lines and 1000 ** depth steps."""
    row = ADD
    for _ in range(depth):
        body = {"inputs": [F3], "constants": [], "equations": [row], "outputs": [1]}
        row = ["scan", [0], [F3], {"body": body, "length": 1000, "reverse": False, "num_consts": 0, "num_carry": 1}, 8]
    return row


WINDOW = {
    "window_dimensions": [1 << 20],
    "window_strides": [1],
    "padding": [[1 << 20, 1 << 20]],
    "base_dilation": [1],
    "window_dilation": [1],
}


@pytest.mark.parametrize(
    "row",
    [
        endless(),
        endless([ADD]),
        counted(1 << 30),
        many_times(4),
        ["reduce_window_sum", [0], [["float32", [(1 << 20) + 4]]], WINDOW, 8],
    ],
)
def test_work_is_bounded(row):
    start = time.process_time()
    with pytest.raises(Unevaluable) as caught:
        run([row], [1], work=20_000_000)
    assert caught.value.reason == "work"
    assert time.process_time() - start < 10  # a tenth of a second, and some for a machine that is busy


def test_large_products_are_refused_before_they_are_computed():
    side = ["float32", [2048, 2048]]
    dot = ["dot_general", [1, 1], [side], {"contracting": [[1], [0]], "batch": [[], []]}, 3]
    rows = [
        ["broadcast_in_dim", [["float32", 1.0]], [side], {"shape": [2048, 2048], "broadcast_dimensions": []}, 2],
        dot,
    ]
    with pytest.raises(Unevaluable) as caught:
        run(rows, [2])
    assert (caught.value.primitive, caught.value.reason) == ("dot_general", "work")


def test_decimals_cost_more():
    wide = ["float32", [1000]]
    rows = [
        ["iota", [], [wide], {"dtype": "float32", "shape": [1000], "dimension": 0}, 1],
        ["sqrt", [1], [wide], {}, 1],
    ]
    run(rows, [2], work=10_000)
    with pytest.raises(Unevaluable, match="work"):
        run(rows, [2], "decimal", work=10_000)


def test_inputs_of_another_shape():
    program = decode(written([ADD], [1]))
    with pytest.raises(ValueError, match=r"takes x of shape \[3\]"):
        evaluate(program, {"x": np.ones(4)})
    with pytest.raises(ValueError, match="takes x"):
        evaluate(program, {"y": X})


def test_it_can_be_watched_line_by_line():
    seen = []
    run(
        [ADD, ["mul", [1, 1], [F3], {}, 2]],
        [2],
        watch=lambda equation, results: seen.append((equation.line, results[0])),
    )
    assert [line for line, _ in seen] == [1, 2]
    np.testing.assert_allclose(seen[0][1], X + 0.1, rtol=1e-7)


def test_devices_that_branch_apart_and_communicate():
    quiet = {"inputs": [F3], "constants": [], "equations": [], "outputs": [0]}
    talks = {"inputs": [F3], "constants": [], "equations": [["psum", [0], [F3], {"axes": ["d"]}, 9]], "outputs": [1]}
    body = {
        "inputs": [F3],
        "constants": [],
        "equations": [
            ["axis_index", [], [["int32", []]], {"axis_name": ["d"]}, 8],
            ["cond", [1, 0], [F3], {"branches": [quiet, talks]}, 8],
        ],
        "outputs": [2],
    }
    cut = {"body": body, "mesh": [["d", 2]], "in_specs": [[]], "out_specs": [[]]}
    with pytest.raises(Unevaluable) as caught:
        run([["shard_map", [0], [F3], cut, 7]], [1])
    assert (caught.value.primitive, caught.value.line, caught.value.reason) == ("psum", 9, "apart")
