"""Values and their lines, from programs in NumPy of the kinds that learners write."""

import numpy as np
import pytest

from grader.worker.numpy_trace import MADE, NotFollowedError, steps
from grader.worker.wire import GIVEN, STEPS_CAP

X = np.arange(6, dtype="f4").reshape(2, 3) + 1
GAMMA = np.array([1, 2, 3], "f4")
FILE = "submission_under_test.py"


def traced(source, x=X, **variables):
    namespace = {}
    exec(compile(f"import numpy as np\n{source}", FILE, "exec"), namespace)
    rows, outputs, values = steps(lambda given, x: namespace["f"](x, **given), (variables, x), FILE)
    return [(*row, values[str(i)]) for i, row in enumerate(rows)], outputs


def told(rows):
    return [(row[0], row[3], row[4]) for row in rows]


def test_every_value_has_its_line_function_operation_and_inputs():
    rows, outputs = traced("def f(x, gamma):\n    y = x * 2\n    return np.sqrt(y) + gamma\n", gamma=GAMMA)
    assert [row[:5] for row in rows] == [
        (3, 3, "f", "multiply", [GIVEN]),
        (4, 4, "f", "sqrt", [0]),
        (4, 4, "f", "add", [1, GIVEN]),
    ]
    assert outputs == [2]
    np.testing.assert_array_equal(rows[2][5], np.sqrt(X * 2) + GAMMA)


def test_a_helper_has_its_own_line_and_the_callers():
    rows, _ = traced("def g(x):\n    return x + 1\n\ndef f(x):\n    return g(x)\n")
    assert rows[0][:3] == (3, 6, "g")


@pytest.mark.parametrize(
    ("expression", "operations"),
    [
        ("x.mean(axis=1, keepdims=True)", ["reduce_mean"]),
        ("np.var(x, axis=0)", ["reduce_var"]),
        ("x.reshape(3, 2).T.sum(0)", ["reshape", "reduce_sum"]),
        ("np.add.reduce(x, axis=1)", ["reduce_add"]),
        ("np.einsum('ij->i', x)", ["dot_general"]),
        ("x @ x.T", ["dot_general"]),
        ("x[:, 1:]", ["getitem"]),
        ("x.astype(np.float64)", ["astype"]),
        ("np.concatenate(np.split(x, 3, axis=1), axis=1)", ["split", "split", "split", "concatenate"]),
        ("np.stack([row / 2 for row in x])", ["getitem", "getitem", "divide", "divide", "stack"]),
        ("np.array([x.mean(), x.std()])", ["reduce_mean", "reduce_std", "array"]),
        ("np.maximum(x, 2, out=np.zeros_like(x))", ["zeros_like", "maximum"]),
        ("np.where(x > 2, x, -x)", ["negative", "where"]),
    ],
)
def test_functions_methods_and_operators(expression, operations):
    rows, outputs = traced(f"def f(x):\n    return {expression}\n")
    assert sorted(row[3] for row in rows) == sorted(operations)
    assert {row[0] for row in rows} == {3}
    assert outputs == [len(rows) - 1]


@pytest.mark.parametrize("make", ["np.zeros_like(x)", "np.zeros(x.shape, x.dtype)", "np.empty(x.shape)", "np.array(x)"])
def test_an_array_filled_part_by_part_comes_from_its_parts(make):
    rows, outputs = traced(
        f"def f(x):\n    y = {make}\n    for i in range(2):\n        y[i] = x[i] - x[i].mean()\n    return y\n"
    )
    assert [operation for line, operation, _ in told(rows) if line == 5].count("scatter") == 2
    assert rows[outputs[0]][3] == "scatter"
    assert rows[0][4] == ([GIVEN] if make == "np.array(x)" else [])  # nothing of x is in zeros


def test_in_place_through_a_view_reaches_the_array_behind_it():
    rows, outputs = traced(
        "def f(x):\n    y = x.copy()\n    r = y.reshape(-1)\n    r -= r.mean()\n    r /= 2\n    return y\n"
    )
    at = outputs[0]
    assert (rows[at][0], rows[at][3]) == (6, "scatter")
    assert {rows[i][3] for i in rows[at][4]} == {"copy", "subtract", "divide"}
    np.testing.assert_array_equal(rows[at][5], (X - X.mean()) / 2)


def test_an_argument_changed_and_returned_is_no_argument_as_it_came():
    rows, outputs = traced("def f(x):\n    x -= 1\n    return x\n")
    assert (told(rows), outputs) == ([(3, "subtract", [GIVEN])], [0])
    np.testing.assert_array_equal(X[0], [1, 2, 3])
    assert traced("def f(x):\n    x * 2\n    return x\n")[1] == []


def test_several_arrays_are_returned():
    rows, outputs = traced("def f(x):\n    return x + 1, np.array([x.min(), x.max()])\n")
    assert [rows[i][3] for i in outputs] == ["add", "array"]


@pytest.mark.parametrize(
    "source",
    [
        "    return x * (2 if type(x) is np.ndarray else 3)",  # does otherwise when it is watched
        "    return made(x.tolist()) * 2\n\nfrom numpy import array as made",  # its origin is lost
        "    for _ in range(500): x = x + 1\n    return x",  # too many steps
        "    global calls\n    calls = globals().get('calls', 0) + 1\n    return x * calls",
    ],
)
def test_what_cannot_be_believed_is_not_told(source):
    with pytest.raises(NotFollowedError):
        traced(f"def f(x):\n{source}\n")


def test_there_is_a_cap_on_steps():
    rows, _ = traced("def f(x):\n    for _ in range(500): x + 1\n    return x\n")
    assert len(rows) == STEPS_CAP


def test_numpy_is_as_it_was_even_after_an_exception():
    before = [getattr(np, name) for name in MADE]
    with pytest.raises(ZeroDivisionError):
        traced("def f(x):\n    return np.zeros(3) + 1 // 0\n")
    assert [getattr(np, name) for name in MADE] == before


@pytest.mark.parametrize(
    "body",
    [
        "s = x.mean()\n    return x - s if s > 3 else x + s",
        "v = np.var(x)\n    return x / float(v) if v else x",
        "return np.apply_along_axis(lambda r: r - r.mean(), 1, x)",
        "return np.array([float(row.mean()) for row in x]) * 2",
        "m = x.mean(1)\n    return np.array([[a - b for a in row] for row, b in zip(x, m)])",
        "y = x[::-1].copy()\n    y[y > 2] *= 3\n    return y[::-1]",
        "import math\n    return x * math.sqrt(x.sum().item())",
        "return np.linalg.norm(x, axis=0) + np.cumsum(x, axis=1)",
        "y = np.full(x.shape, x.mean())\n    np.add.at(y, ([0, 0],), x[:2])\n    return y",
        "return np.median(x, axis=1, keepdims=True) * np.ones(3, 'f4')",
        "total = x[0, 0]\n    for value in x.ravel():\n        total += value\n    return x / total",
    ],
)  # fmt: skip
def test_it_computes_what_the_program_computes(body):
    rows, outputs = traced(f"def f(x):\n    {body}\n")
    namespace = {}
    exec(f"import numpy as np\ndef f(x):\n    {body}\n", namespace)
    want = namespace["f"](X.copy())
    assert rows[outputs[0]][5].dtype == want.dtype
    np.testing.assert_array_equal(np.sort(rows[outputs[0]][5], None), np.sort(want, None))
