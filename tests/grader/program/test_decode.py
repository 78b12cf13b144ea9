"""Reading a program: what is well formed, and what anybody could send instead."""

import base64
import copy
import json
import time
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from tracing import written

from grader.program.decode import decode
from grader.program.program import Malformed, Refusal
from grader.worker.program_format import ELEMENTS_CAP, EQUATIONS_CAP, NESTING_CAP

F3 = ["float32", [3]]
ADD = ["add", [0, ["float32", 1.5]], [F3], {}, 4]
GOOD = written([ADD], [1])
HUGE = [1 << 11, 1 << 11]  # as large as one value may be
BROADCAST = {"shape": HUGE, "broadcast_dimensions": []}
ONE = base64.b64encode(np.ones(3, np.float32).tobytes()).decode()


def test_a_program_is_read():
    program = decode(json.loads(json.dumps(GOOD)))
    (equation,) = program.body.equations
    assert (program.arguments, program.outputs) == (("x",), ("value/0",))
    assert (equation.primitive, equation.line, equation.operands[0]) == ("add", 4, 0)
    assert equation.operands[1].value == 1.5


def test_a_refusal_is_read_and_made_harmless():
    refused = {"kind": "branch", "line": 7, "primitive": "T\x1b[2J", "message": "m" * 10_000}
    found = decode({"refused": refused})
    assert isinstance(found, Refusal)
    assert (found.kind, found.line) == ("branch", 7)
    assert "\x1b" not in found.primitive
    assert len(found.message) < 3_000


def test_constants_are_read():
    found = decode(written([["add", [0, 1], [F3], {}, 0]], [2], constants=[["float32", [3], ONE]], held=[0]))
    np.testing.assert_array_equal(found.body.constants[0], np.ones(3))


def with_equation(*row):
    return written([list(row)], [1])


def nested(depth):
    body = {"inputs": [F3], "constants": [], "equations": [], "outputs": [0]}
    for _ in range(depth):
        body = {"inputs": [F3], "constants": [], "equations": [["jit", [0], [F3], {"body": body}, 0]], "outputs": [1]}
    return {"program": {"constants": [], "arguments": ["x"], "outputs": ["value"], "body": body}}


def doubling(times):
    """Twice as many elements in each equation, of shapes that fit."""
    rows, size = [], 3
    for i in range(times):
        size *= 2
        rows.append(["concatenate", [i, i], [["float32", [size]]], {"dimension": 0}, 0])
    return written(rows, [times])


def padded(config, shape):
    return with_equation("pad", [0, ["float32", 0.0]], [["float32", shape]], {"padding_config": [config]}, 0)


def windowed(size, padding, dilation=1):
    parameters = {"window_dimensions": [size], "window_strides": [1 << 30], "padding": [[padding, padding]]}
    parameters |= {"base_dilation": [dilation], "window_dilation": [1]}
    return with_equation("reduce_window_sum", [0], [["float32", [1]]], parameters, 0)


def meshed(mesh, within=None):
    body = within or {"inputs": [F3], "constants": [], "equations": [], "outputs": [0]}
    parameters = {"body": body, "mesh": mesh, "in_specs": [[]], "out_specs": [[]]}
    return ["shard_map", [0], [F3], parameters, 0]


def scanned(length):
    body = {"inputs": [F3], "constants": [], "equations": [], "outputs": [0, 0]}
    parameters = {"body": body, "length": length, "reverse": False, "num_consts": 0, "num_carry": 1}
    return written([["scan", [0], [F3, ["float32", [length, 3]]], parameters, 0]], [1, 2])


WITHIN = {"inputs": [F3], "constants": [], "equations": [meshed([["b", 2]])], "outputs": [1]}
HOSTILE = {
    "not a program": 3,
    "a list": [GOOD],
    "no body": {"program": {**GOOD["program"], "body": None}},
    "names that are equal": {"program": {**GOOD["program"], "outputs": ["v", "v"]}},
    "a name too many": {"program": {**GOOD["program"], "arguments": ["x", "y"]}},
    "a refusal of another form": {"refused": {"kind": "branch", "line": True, "primitive": "", "message": ""}},
    "a value of itself": with_equation("add", [1, 1], [F3], {}, 0),
    "a value that is to come": written([["add", [2, 2], [F3], {}, 0], ADD], [2]),
    "a negative number": with_equation("add", [-1, 0], [F3], {}, 0),
    "true for 1": with_equation("add", [True, 0], [F3], {}, 0),
    "an output that is not there": written([ADD], [9]),
    "another shape than follows": with_equation("add", [0, 0], [["float32", [4]]], {}, 0),
    "shapes that do not fit": written([["add", [0, 1], [F3], {}, 0]], [2], (F3, ["float32", [4]])),
    "no operands": with_equation("add", [], [["float32", []]], {}, 0),
    "a parameter too many": with_equation("add", [0, 0], [F3], {"axis": 1}, 0),
    "a parameter missing": with_equation("reduce_sum", [0], [["float32", []]], {}, 0),
    "a parameter of another type": with_equation("reduce_sum", [0], [["float32", []]], {"axes": [True]}, 0),
    "an axis twice": with_equation("reduce_sum", [0], [["float32", []]], {"axes": [0, 0]}, 0),
    "an unknown dtype": with_equation("add", [0, 0], [["float128", [3]]], {}, 0),
    "a dtype as a parameter": with_equation("convert_element_type", [0], [F3], {"new_dtype": "object"}, 0),
    "a negative size": with_equation("reshape", [0], [["float32", [-3, -1]]], {"new_sizes": [-3, -1]}, 0),
    "a huge shape": written([], [0], (["float32", [1 << 40]],)),
    "a huge shape in parts": written([], [0], (["float32", [1 << 20, 1 << 20]],)),
    "a huge shape beside a 0": written([], [0], (["float32", [0, 1 << 22, 1 << 22]],)),
    "a huge line": with_equation("add", [0, 0], [F3], {}, 10**9),
    "NaN for a number": with_equation("add", [0, ["float32", float("nan")]], [F3], {}, 0),
    "infinity for a number": with_equation("add", [0, ["float32", float("inf")]], [F3], {}, 0),
    "a text for a number": with_equation("add", [0, ["float32", "1e5"]], [F3], {}, 0),
    "a number of many digits": with_equation("add", [0, ["float32", 10**4000]], [F3], {}, 0),
    "an integer that does not fit": with_equation("add", [0, ["uint8", 256]], [F3], {}, 0),
    "no base64": written([], [1], constants=[["float32", [3], "????????????????"]], held=[0]),
    "bytes that do not fill": written([], [1], constants=[["float32", [4], ONE]], held=[0]),
    "bytes that are no bool": written([], [1], constants=[["bool", [1], "/w=="]], held=[0]),
    "many constants": written([], [0], constants=[["float32", [3], ONE]] * (EQUATIONS_CAP + 1)),
    "large constants": written([], [0], constants=[["float32", [1 << 18], "A" * 1398104]] * 2),
    "a million equations": written([ADD] * 10**6, [1]),
    "deep nesting": nested(NESTING_CAP + 1),
    "very deep nesting": nested(5_000),
    "values that add up": written(
        [["broadcast_in_dim", [["float32", 0.0]], [["float32", HUGE]], BROADCAST, 0]] * 5, [1]
    ),
    "values that double": doubling(30),
    "padding that is cut off again": padded([1 << 30, -(1 << 30), 0], [3]),
    "gaps that are cut off again": padded([0, -(1 << 30) * 2, 1 << 30], [3]),
    "a window over a wide border": windowed(1, 1 << 30),
    "a window over wide gaps": windowed(1, 0, 1 << 30),
    "a mesh of many": written([meshed([["d", 1 << 20]])], [1]),
    "a mesh of many axes": written([meshed([[n, 16] for n in "abcd"])], [1]),
    "a mesh within a mesh": written([meshed([["a", 2]], WITHIN)], [1]),
    "an axis that is not there": with_equation("psum", [0], [F3], {"axes": ["d"]}, 0),
    "a permutation of nobody": written(
        [
            meshed(
                [["d", 2]],
                {**WITHIN, "equations": [["ppermute", [0], [F3], {"axis_name": ["d"], "perm": [[0, 7]]}, 0]]},
            )
        ],
        [1],
    ),
    "steps whose results are too many": scanned(1 << 22),
    "a body of another type": with_equation(
        "jit", [0], [F3], {"body": {"inputs": [["float32", [4]]], "constants": [], "equations": [], "outputs": [0]}}, 0
    ),
    "no branches": with_equation("cond", [0], [F3], {"branches": []}, 0),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_not_a_program_is_refused_at_once(what):
    given = copy.deepcopy(HOSTILE[what]) if "deep" not in what and "million" not in what else HOSTILE[what]
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(Malformed):
        decode(given)
    took, (_, peak) = time.process_time() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20
    assert took < 1  # milliseconds; the rest is for a machine that is busy


def test_the_caps_themselves_are_let_through():
    assert decode(nested(NESTING_CAP)).body.equations
    assert len(decode(written([ADD] * EQUATIONS_CAP, [1])).body.equations) == EQUATIONS_CAP
    assert decode(written([], [0], (["float32", [ELEMENTS_CAP]],))).body.inputs[0].size == ELEMENTS_CAP


FIELDS = [
    GOOD,
    scanned(4),
    nested(2),
    HOSTILE["values that double"],
    windowed(2, 1),
    written([meshed([["d", 2]])], [1]),
]
JUNK = [None, True, -1, 10**30, 1.5, "", "x", [], {}, [[]], [0] * 300, {"inputs": []}, float("inf")]


def places(given, at=()):
    """The path of every value within JSON."""
    yield at
    inner = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for key, value in inner:
        yield from places(value, (*at, key))


@pytest.mark.parametrize("program", range(len(FIELDS)))
def test_junk_in_any_place_is_a_program_or_malformed_and_nothing_else(program):
    for path in [p for p in places(FIELDS[program]) if p][:400]:
        for junk in JUNK:
            given = copy.deepcopy(FIELDS[program])
            holder = given
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = junk
            with suppress(Malformed):
                decode(given)
