"""What is counted in a program: bytes sent, bytes kept, and what depends on what."""

import math

import numpy as np
import pytest
from tracing import traced, written

from grader.program.count import depends, residual_bytes, sent_bytes
from grader.program.decode import decode

F3, FOUR = ["float32", [3]], {"mesh": [("d", 4)], "cut": ["d", ""]}
X = np.arange(32.0, dtype=np.float32).reshape(8, 4)


def programs():
    import jax
    from jax import lax

    def endless(x):
        return lax.while_loop(lambda v: v.sum() < 9, lambda v: v + lax.psum(v, "d"), x)

    def branches(x):
        return lax.cond(x.sum() > 0, lambda v: v - lax.pmax(v, "d"), lambda v: v - lax.psum(v.sum(), "d"), x)

    return {
        "nothing": (lambda x: x, 0),
        "a sum": (lambda x: x - lax.psum(x.sum(), "d"), 4),
        "in a call": (jax.jit(lambda x: x - lax.pmean(x.mean(0), "d")), 16),
        "everything": (lambda x: x + lax.all_gather(x, "d").sum(0), 32),
        "in a loop": (lambda x: lax.fori_loop(0, 3, lambda _, y: lax.ppermute(y, "d", [(0, 1)]), x), 96),
        "in a loop without end": (endless, math.inf),
        "in one branch more": (branches, 32),
    }


@pytest.mark.parametrize("name", list(programs()))
def test_what_a_device_sends(name):
    function, sent = programs()[name]
    assert sent_bytes(traced(function, X, shards=FOUR)) == sent


def test_what_the_format_does_not_know_is_counted_too():
    rows = [["psum_of_tomorrow", [0], [F3], {}, 1], ["pbroadcast", [0], [F3], {}, 1]]
    assert sent_bytes(decode(written(rows, [1]))) == 12


def test_what_a_gradient_keeps():
    import jax.numpy as jnp

    def function(x, gamma):
        return jnp.exp(x) * gamma

    program = traced(function, X, X, transform="residuals")
    assert residual_bytes(program, frozenset({"gamma"})) == X.nbytes
    assert residual_bytes(program, frozenset()) == 2 * X.nbytes


def test_what_an_output_depends_on():
    body = {"inputs": [F3, F3], "constants": [], "equations": [["neg", [0], [F3], {}, 1]], "outputs": [2, 1]}
    rows = [["jit", [0, 1], [F3, F3], {"body": body}, 1], ["add", [3, 2], [F3], {}, 1]]
    found = depends(decode(written([*rows, ["neg", [5], [F3], {}, 1]], [3, 4, 5, ["float32", 1.0]], (F3, F3, F3))))
    assert [sorted(v) for v in found.values()] == [["x"], ["y"], ["x", "z"], []]
