"""An entry traced to JSON: names, lines, what does not trace, and the caps. Nothing is executed."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx
from jax import lax
from tracing import sent

from grader.worker import program_format

X = np.zeros((4, 6), np.float32)
FILE = "submission_of_a_test.py"
HEAD = "import jax, numpy as np, jax.numpy as jnp\nfrom jax import lax\n\n"


def entry(source):
    """The function f of a submission; its line 1 is the file's line 4."""
    namespace = {}
    exec(compile(HEAD + source, FILE, "exec"), namespace)
    return namespace["f"]


def refused(source, **options):
    return sent(entry(source), {"x": X}, file=FILE, **options)["refused"]


def equations(source, **options):
    return sent(entry(source), {"x": X}, file=FILE, **options)["program"]["body"]["equations"]


def test_lines_are_the_submissions_own():
    rows = equations("def g(x):\n    return jnp.exp(x)\n\ndef f(x):\n    y = g(x)\n    return jnp.var(y, 0)\n")
    assert [(row[0], row[4]) for row in rows] == [("exp", 5), ("jit", 9)]
    assert {row[4] for row in rows[1][3]["body"]["equations"]} == {9}  # a library's own lines are nobody's


def test_a_call_within_the_file_has_its_own_lines():
    rows = equations("@jax.jit\ndef g(x):\n    return jnp.exp(x) + 1\n\ndef f(x):\n    return g(x)\n")
    assert rows[0][4] == 9
    assert [row[4] for row in rows[0][3]["body"]["equations"]] == [6, 6]


@pytest.mark.parametrize(
    ("body", "kind", "line"),
    [
        ("if x.sum() > 0:\n        return x\n    return -x", "branch", 5),
        ("y = x + 1\n    return float(y.sum()) * x", "number", 6),
        ("return x * x.sum().item()", "number", 5),
        ("return jnp.asarray(np.sqrt(x))", "numpy", 5),
        ("return jnp.asarray(np.where(x > 0, x, 0))", "numpy", 5),
        ("return x[: int(x[0, 0])]", "number", 5),
        ("return x[x > 0]", "mask", 5),
        ("return jnp.zeros(x.astype(int).sum())", "raised", 5),
        ("return [x, x, x][x.astype(int)[0, 0]]", "index", 5),
        ("return jax.pure_callback(lambda v: v, jax.ShapeDtypeStruct(x.shape, x.dtype), x)", "callback", 5),
        ("return lax.map(lambda r: jax.pure_callback(lambda v: v, r, r), x)", "callback", 5),
        ("raise KeyError('no')", "raised", 5),
        ("raise SystemExit(3)", "raised", 5),
        ("return 'text'", "returned", 0),
        ("return x\n\ndef f(x, wanted):\n    return x", "constructor", 0),
        ("return sum(x * i for i in range(5000))", "long", 5),
        ("return x + np.arange(1 << 19, dtype=np.float32)[:, None, None]", "long", 0),
    ],
)
def test_what_does_not_trace_has_a_kind_and_a_line(body, kind, line):
    found = refused(f"def f(x):\n    {body}\n")
    assert (found["kind"], found["line"]) == (kind, line), found


def test_a_value_of_an_earlier_trace():
    function = entry("kept = []\ndef f(x):\n    kept.append(x * 2)\n    return x + kept[0]\n")
    assert "program" in sent(function, {"x": X}, file=FILE)
    assert sent(function, {"x": X}, file=FILE)["refused"]["kind"] == "leak"


def test_calls_that_double_end_at_the_cap():
    lines = ["def f0(x):", "    return jnp.sin(x)"]
    for i in range(40):
        lines += ["@jax.jit", f"def f{i + 1}(x):", f"    return f{i}(x) + f{i}(x + 1)"]
    assert refused("\n".join([*lines, "f = f18"]))["kind"] == "long"
    nested = ["f = jnp.sin"] + ["f = jax.jit(lambda x, f=f: f(x) + 1)"] * (program_format.NESTING_CAP + 2)
    assert refused("\n".join(nested))["kind"] == "long"


def test_prints_and_random_numbers_cross_as_what_they_are():
    rows = equations(
        "def f(x):\n    jax.debug.print('{}', x)\n    return x + jax.random.normal(jax.random.PRNGKey(0), x.shape)\n"
    )
    names = [row[0] for row in rows]
    assert "random_seed" in names
    assert all(form[0] == program_format.OPAQUE for row in rows if row[0] == "random_seed" for form in row[2])


def test_a_training_is_no_function_of_arrays():
    assert sent(lambda batches: None, {"x": X}, kind="training")["refused"]["kind"] == "training"


class Scale(linen.Module):
    @linen.compact
    def __call__(self, x):
        return x * self.param("gamma", linen.initializers.ones, x.shape[-1:])


class NnxScale(nnx.Module):
    def __init__(self, *, rngs):
        self.gamma = nnx.Param(jnp.ones(6))

    def __call__(self, x):
        return x * self.gamma


@pytest.mark.parametrize(("kind", "module"), [("linen_module", Scale), ("nnx_module", NnxScale)])
def test_modules_take_the_cases_parameters_or_make_their_own(kind, module):
    given = sent(module, {"x": X, "gamma": X[0]}, kind=kind)["program"]
    assert (given["arguments"], given["outputs"]) == (["x", "gamma"], ["value"])
    made = sent(module, {"x": X}, kind=kind)["program"]
    assert (made["arguments"], made["outputs"]) == (["x"], ["params/gamma", "value"])


def test_a_gradient():
    def function(x, gamma):
        return jnp.sin(x) * gamma

    given = {"x": X, "gamma": X[0], "cotangent": X}
    assert sent(function, given, transform="gradient")["program"]["body"]["outputs"]
    of_gamma = sent(function, given, transform="gradient", of="gamma")["program"]
    assert of_gamma["arguments"] == ["x", "gamma", "cotangent"]


def test_functions_of_numpys_that_are_methods_trace():
    assert [row[0] for row in equations("def f(x):\n    return np.sum(x)\n")] == ["reduce_sum"]


def test_several_arrays_are_named():
    assert sent(lambda x: (x, x + 1), {"x": X})["program"]["outputs"] == ["value/0", "value/1"]


def test_an_option_that_changes_an_operation_makes_it_an_unknown_one():
    groups = [[0, 1], [2, 3]]
    shards = {"mesh": [("d", 4)], "cut": ["d", ""]}
    program = sent(lambda x: x + lax.all_gather(x, "d", axis_index_groups=groups).sum(0), {"x": X}, shards=shards)
    rows = program["program"]["body"]["equations"][0][3]["body"]["equations"]
    assert "all_gather with options" in [row[0] for row in rows]


def test_a_custom_backward_pass_has_its_own_lines():
    source = (
        "@jax.custom_vjp\ndef f(x):\n    return x * 2\n\ndef fwd(x):\n    return f(x), x\n\n"
        "def bwd(x, g):\n    return (g * 3.0,)\n\nf.defvjp(fwd, bwd)\n"
    )
    program = sent(entry(source), {"x": X, "cotangent": X}, transform="gradient", file=FILE)["program"]
    assert [row[4] for row in program["body"]["equations"] if row[0] == "mul"][-1] == 12


def test_no_backend_is_started():
    """In a process of its own: every test here may have started one."""
    code = (
        "import numpy as np, jax, jax.numpy as jnp\n"
        "from grader.worker import entries, jax_private, program_trace\n"
        "case = {'arguments': {}, 'parameters': [], 'transform': 'eager', 'seed': 0, 'shards': {'mesh': [['d', 4]],"
        " 'cut': ['d']}}\n"
        "f = lambda x: jnp.var(x) + jax.lax.psum(x, 'd')\n"
        "found = program_trace.program(entries.Entry('function', 'jax', f), case, {'x': ('float32', (8,))}, 'f')\n"
        "assert 'program' in found, found\n"
        "assert not jax_private.has_backend()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_table_of_names_leads_to_the_format():
    assert set(program_format.SAME.values()) <= set(program_format.PARAMETERS)
    assert not set(program_format.SAME) & set(program_format.PARAMETERS)
    assert jax.jit is not None
