"""Every primitive against JAX: traced as the worker does it, evaluated as written and in float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from tracing import primitives, sent, traced

from grader.program.decode import decode
from grader.program.evaluate import evaluate
from grader.worker import devices
from grader.worker.program_format import CALLBACKS, COLLECTIVES, PARAMETERS

RANDOM = np.random.default_rng(7)
X = RANDOM.standard_normal((4, 6)).astype(np.float32)
Y = RANDOM.standard_normal((4, 6)).astype(np.float32)
UNIT = RANDOM.uniform(-0.9, 0.9, (4, 6)).astype(np.float32)
ABOVE = RANDOM.uniform(1.1, 3, (4, 6)).astype(np.float32)
WHOLE = RANDOM.integers(-9, 9, (4, 6)).astype(np.int32)
OTHER = np.where((o := RANDOM.integers(-4, 4, (4, 6))) == 0, 3, o).astype(np.int32)
BITS = RANDOM.integers(0, 2**32, (4, 6), dtype=np.uint32)
SHIFTS = RANDOM.integers(0, 40, (4, 6)).astype(np.uint32)
TRUE, FALSE = X > 0, Y > 0
IMAGE = RANDOM.standard_normal((2, 7, 6, 4)).astype(np.float32)
KERNEL = RANDOM.standard_normal((3, 2, 4, 8)).astype(np.float32)
GROUPED = RANDOM.standard_normal((3, 2, 2, 8)).astype(np.float32)
EDGES = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 2.5, -2.5, 0.5, 1.5, 3e9, -3e9], np.float32)
AT = np.array([[1], [3], [0], [9], [-2]], np.int32)

CASES = {
    "abs": [(lax.abs, X), (lax.abs, WHOLE)],
    "acos": [(lax.acos, UNIT)],
    "acosh": [(lax.acosh, ABOVE)],
    "add": [(lax.add, X, Y), (lax.add, WHOLE, OTHER), (lambda x: x + 1.5, X), (lambda x: x + (2**31 - 1), WHOLE)],
    "and": [(lax.bitwise_and, WHOLE, OTHER), (lax.bitwise_and, TRUE, FALSE)],
    "asin": [(lax.asin, UNIT)],
    "asinh": [(lax.asinh, X)],
    "atan": [(lax.atan, X)],
    "atan2": [(lax.atan2, X, Y)],
    "atanh": [(lax.atanh, UNIT)],
    "cbrt": [(lax.cbrt, X)],
    "ceil": [(lax.ceil, EDGES)],
    "clamp": [(lambda x: lax.clamp(-0.5, x, 0.5), X), (lax.clamp, X - 1, Y, X)],
    "copy": [(lambda x: jnp.array(x, copy=True), X)],
    "cos": [(lax.cos, X)],
    "cosh": [(lax.cosh, X)],
    "div": [(lax.div, X, Y), (lax.div, WHOLE, OTHER), (lambda x: x / 0, X)],
    "eq": [(lax.eq, WHOLE, OTHER), (lambda x: x == x, EDGES)],
    "erf": [(lax.erf, X)],
    "erfc": [(lax.erfc, X)],
    "exp": [(lax.exp, X)],
    "exp2": [(lax.exp2, X)],
    "expm1": [(lax.expm1, X)],
    "floor": [(lax.floor, EDGES)],
    "ge": [(lax.ge, X, Y)],
    "gt": [(lax.gt, WHOLE, OTHER)],
    "imag": [(lambda x: lax.imag(jnp.fft.fftshift(x) * (1 + 2j)), X)],
    "integer_pow": [(lambda x: lax.integer_pow(x, 5), X), (lambda x: lax.integer_pow(x, -3), ABOVE)],
    "is_finite": [(lax.is_finite, EDGES)],
    "le": [(lax.le, X, Y)],
    "log": [(lax.log, ABOVE), (lax.log, EDGES)],
    "log1p": [(lax.log1p, UNIT)],
    "logistic": [(lax.logistic, X)],
    "lt": [(lax.lt, X, Y)],
    "max": [(lax.max, X, Y), (lambda x: jnp.maximum(x, 0.0), EDGES)],
    "min": [(lax.min, X, Y), (lax.min, WHOLE, OTHER)],
    "mul": [(lax.mul, X, Y), (lambda x: x * 123456789, WHOLE)],
    "ne": [(lax.ne, WHOLE, OTHER)],
    "neg": [(lax.neg, X)],
    "not": [(lax.bitwise_not, WHOLE), (lax.bitwise_not, TRUE)],
    "optimization_barrier": [(lambda x: lax.optimization_barrier(x) + 1, X)],
    "or": [(lax.bitwise_or, WHOLE, OTHER)],
    "population_count": [(lax.population_count, BITS)],
    "pow": [(lax.pow, ABOVE, X)],
    "real": [(lambda x: lax.real(x * (1 + 2j)), X)],
    "rem": [(lax.rem, WHOLE, OTHER), (lax.rem, X, Y)],
    "round": [(lax.round, EDGES), (jnp.round, EDGES)],
    "rsqrt": [(lax.rsqrt, ABOVE)],
    "select_n": [
        (lambda x: jnp.where(x > 0, x, -x), X),
        (lambda i, x, y, z: lax.select_n(i, x, y, z), WHOLE % 3, X, Y, X),
    ],
    "shift_left": [(lax.shift_left, BITS, SHIFTS)],
    "shift_right_arithmetic": [(lax.shift_right_arithmetic, WHOLE, SHIFTS.astype(np.int32))],
    "shift_right_logical": [(lax.shift_right_logical, WHOLE, SHIFTS.astype(np.int32))],
    "sign": [(lax.sign, X), (lax.sign, EDGES), (lax.sign, WHOLE)],
    "sin": [(lax.sin, X)],
    "sinh": [(lax.sinh, X)],
    "sqrt": [(lax.sqrt, ABOVE)],
    "square": [(lax.square, X)],
    "sub": [(lax.sub, X, Y), (lambda x: x - x.mean(1, keepdims=True), X)],
    "tan": [(lax.tan, X)],
    "tanh": [(lax.tanh, X)],
    "xor": [(lax.bitwise_xor, WHOLE, OTHER)],
    "convert_element_type": [
        (lambda x: x.astype(jnp.int32), EDGES),
        (lambda x: x.astype(jnp.uint8), 100 * X),
        (lambda x: x.astype(bool), EDGES),
        (lambda x: x.astype(jnp.float32), WHOLE),
    ],
    "reduce_precision": [(lambda x: lax.reduce_precision(jnp.round(x), 8, 7), X)],
    "reduce_sum": [(lambda x: x.sum((0, 1)), X), (lambda x: x.sum(0), WHOLE), (lambda x: x.sum(-1), X)],
    "reduce_max": [(lambda x: x.max(0), X), (lambda x: lax.reduce_max(x, (0,)), np.zeros((0, 2), np.float32))],
    "reduce_min": [(lambda x: x.min(1), X), (lambda x: lax.reduce_min(x, (0,)), np.zeros((0, 2), np.int32))],
    "reduce_prod": [(lambda x: x.prod(1), X)],
    "reduce_and": [(lambda x: x.all(0), TRUE)],
    "reduce_or": [(lambda x: x.any(1), TRUE)],
    "reduce_xor": [(lambda x: lax.reduce_xor(x, (1,)), WHOLE)],
    "argmax": [(lambda x: jnp.argmax(x, 1), X), (lambda x: x.argmax(0), WHOLE)],
    "argmin": [(lambda x: jnp.argmin(x, 0), X)],
    "cumsum": [(lambda x: jnp.cumsum(x, 1), X), (lambda x: lax.cumsum(x, 0, reverse=True), X)],
    "cumprod": [(lambda x: jnp.cumprod(x, 0), X)],
    "cummax": [(lambda x: lax.cummax(x, 1), X)],
    "cummin": [(lambda x: lax.cummin(x, 1, reverse=True), X)],
    "cumlogsumexp": [(lambda x: lax.cumlogsumexp(x, 0), X)],
    "reduce_window_sum": [
        (lambda x: lax.reduce_window(x, 0.0, lax.add, (2, 3), (1, 2), ((1, 0), (0, 2))), X),
        (lambda x: lax.reduce_window(x, 0.0, lax.add, (2, 2), (1, 1), "VALID", (2, 1), (1, 3)), X),
    ],
    "reduce_window_max": [(lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 3), (1, 2), "SAME"), X)],
    "reduce_window_min": [(lambda x: lax.reduce_window(x, jnp.inf, lax.min, (3, 1), (2, 1), "SAME"), X)],
    "broadcast_in_dim": [(lambda x: lax.broadcast_in_dim(x, (2, 4, 3, 6), (1, 3)), X)],
    "reshape": [(lambda x: x.reshape(3, -1), X)],
    "squeeze": [(lambda x: lax.squeeze(x.reshape(4, 1, 6, 1), (1, 3)), X)],
    "transpose": [(lambda x: x.reshape(2, 2, 6).transpose(2, 0, 1), X)],
    "rev": [(lambda x: x[::-1, ::-1], X)],
    "concatenate": [(lambda x, y: lax.concatenate([x, y, x], 1), X, Y)],
    "split": [(lambda x: jnp.split(x, (1, 4), 1)[1], X)],
    "pad": [(lambda x: lax.pad(x, 7.0, ((1, -2, 0), (-1, 3, 2))), X)],
    "iota": [(lambda x: x + lax.broadcasted_iota(jnp.float32, (4, 6), 1), X)],
    "slice": [(lambda x: lax.slice(x, (1, 2), (4, 6), (2, 1)), X)],
    "dynamic_slice": [(lambda x, at: lax.dynamic_slice(x, (at[0, 0], at[3, 0]), (2, 3)), X, AT)],
    "dynamic_update_slice": [(lambda x, at: lax.dynamic_update_slice(x, x[:2, :2] * 2, (at[1, 0], at[0, 0])), X, AT)],
    "gather": [
        (lambda x, at: x[at[:3, 0]], X, AT),
        (lambda x, at: x[:, at[:3, 0]], X, AT),
        (lambda x, at: jnp.take(x, at[:, 0], 0), X, AT),
        (lambda x, at: jnp.take(x, at[:, 0], 1, mode="clip"), X, AT),
        (lambda x, i: jnp.take_along_axis(x, i % 6, 1), X, np.abs(WHOLE)),
        (lambda x, at: jax.vmap(lambda row, i: lax.dynamic_slice(row, (i,), (3,)))(x, at[:4, 0]), X, AT),
    ],
    "scatter": [(lambda x, at: x.at[at[:3, 0]].set(0.5), X, AT), (lambda x: x.at[1, 2:4].set(9.0), X)],
    "scatter-add": [
        (lambda x, at: x.at[at[:, 0]].add(x[0]), X, AT),
        (lambda x, i: jax.ops.segment_sum(x, i % 3, 3), X, np.arange(4, dtype=np.int32)),
        (lambda x, i: jax.vmap(lambda r, j: jnp.zeros(3).at[j].add(r))(x, i % 3), X, np.abs(WHOLE)),
    ],
    "scatter-mul": [(lambda x, at: x.at[:, at[:3, 0]].multiply(2.0), X, AT)],
    "scatter-min": [(lambda x, at: x.at[at[:3, 0]].min(0.0), X, AT)],
    "scatter-max": [(lambda x, at: x.at[at[:3, 0]].max(0.0), X, AT)],
    "sort": [
        (lambda x: jnp.sort(x, 0), X),
        (lambda x: jnp.argsort(x, 1), X),
        (lambda x, y, z: lax.sort((x, y, z), dimension=1, num_keys=2), WHOLE % 3, WHOLE % 2, X),
    ],
    "top_k": [(lambda x: lax.top_k(x, 3), X), (lambda x: lax.top_k(x % 4, 2), WHOLE)],
    "dot_general": [
        (lambda x, y: x @ y.T, X, Y),
        (lambda x, y: jnp.einsum("abc,cbd->bad", x.reshape(2, 2, 6), y.reshape(6, 2, 2)), X, Y),
        (lambda x, y: jnp.dot(x, y.T), WHOLE, OTHER),
    ],
    "conv_general_dilated": [
        (
            lambda x, k: lax.conv_general_dilated(x, k, (2, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")),
            IMAGE,
            KERNEL,
        ),
        (
            lambda x, k: lax.conv_general_dilated(
                x, k, (1, 2), ((1, -1), (2, 0)), (1, 2), (2, 3), ("NHWC", "HWIO", "NCHW"), feature_group_count=2
            ),
            IMAGE,
            GROUPED,
        ),
        (
            lambda x, k: lax.conv_general_dilated(
                x, k, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"), batch_group_count=2
            ),
            IMAGE,
            KERNEL,
        ),
    ],
    "jit": [
        (lambda x: jax.jit(lambda v: v + 1)(x), X),
        (lambda x: jax.checkpoint(jnp.sin)(x), X),
        (lambda x: jax.nn.relu(x), X),
    ],
    "scan": [
        (lambda x: lax.scan(lambda c, row: (c + row, c * row), x[0], x), X),
        (lambda x: lax.scan(lambda c, row: (c * 0.5 + row, c), x[0], x, reverse=True), X),
        (lambda x: lax.fori_loop(0, 3, lambda i, v: v * i + 1, x), X),
    ],
    "while": [(lambda x: lax.while_loop(lambda v: v.sum() < 50, lambda v: v * 1.5 + 1, x), X)],
    "cond": [
        (lambda x: lax.cond(x.sum() > 0, lambda v: v, lambda v: -v, x), X),
        (lambda x: lax.switch(x[0, 0], [lambda v: v, lambda v: v + 1, lambda v: v * 2], x), WHOLE),
    ],
}
# Newer versions of JAX have these, and others compute the same by older ones.
IF_THERE = {
    "stack": [(lambda x, y: jnp.stack([x, y], 1), X, Y)],
    "unstack": [(lambda x: tuple(jnp.unstack(x, axis=1)), X)],
}
ELSEWHERE = {"expand_dims", "shard_map", "axis_index", *COLLECTIVES}  # the first is from older versions
TRIED = [(name, row[0], row[1:]) for name, rows in {**CASES, **IF_THERE}.items() for row in rows]


@pytest.mark.parametrize(("primitive", "function", "arrays"), TRIED)
def test_as_jax_computes_it(primitive, function, arrays):
    def flat(x, *rest):
        return tuple(jax.tree_util.tree_leaves(function(x, *rest)))

    names = [f"p{i}" for i in range(1, len(arrays))]
    given = {"x": arrays[0], **dict(zip(names, arrays[1:], strict=True))}
    program = decode(sent(lambda x, **others: flat(x, *(others[n] for n in names)), given))
    assert primitive in primitives(program.body) or primitive in IF_THERE
    expected = jax.jit(flat)(*arrays)
    for held in ("written", "float64"):
        found = list(evaluate(program, given, held=held).values())
        assert len(found) == len(expected)
        for got, wanted in zip(found, expected, strict=True):
            assert got.shape == wanted.shape
            if held == "written" or wanted.dtype.kind in "biu":
                assert got.dtype == wanted.dtype
            np.testing.assert_allclose(got, wanted, rtol=3e-5, atol=3e-6)


def test_every_primitive_is_tried():
    assert {*CASES, *IF_THERE} | ELSEWHERE == set(PARAMETERS)
    assert not set(CALLBACKS) & set(PARAMETERS)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_is_rounded_after_each_operation(dtype):
    x = jnp.asarray(X, dtype)
    function = lambda x: (x * 3 + 0.1, x / 7, x.sum(0), jnp.exp(x))  # noqa: E731
    program = traced(function, np.asarray(x))
    written = evaluate(program, {"x": np.asarray(x)}, held="written").values()
    with jax.disable_jit():
        expected = function(x)
    for got, wanted in zip(written, expected, strict=True):
        assert got.dtype == wanted.dtype
        np.testing.assert_array_max_ulp(got.astype(np.float32), np.asarray(wanted, np.float32), maxulp=2**16)
    wide = evaluate(program, {"x": np.asarray(x)})["value/0"]
    np.testing.assert_allclose(wide, np.asarray(x, np.float64) * 3 + 0.1, rtol=1e-15)


FOUR = {"mesh": [("d", 4)], "cut": ["d", ""]}
SQUARE = {"mesh": [("a", 2), ("b", 2)], "cut": ["a", "b"]}
BLOCK = RANDOM.standard_normal((8, 4)).astype(np.float32)
RING = [(i, (i + 1) % 4) for i in range(4)]
DEVICES = {
    "psum": [
        (lambda x: x - lax.psum(x.sum(), "d"), FOUR),
        (lambda x: lax.psum(x, ("b", "a")) + lax.psum(x, "a"), SQUARE),
    ],
    "pmax": [(lambda x: x - lax.pmax(x, "d"), FOUR)],
    "pmin": [(lambda x: x - lax.pmin(x, "b"), SQUARE)],
    "all_gather": [
        (lambda x: x + lax.all_gather(x, "d").sum(0), FOUR),
        (lambda x: x + lax.all_gather(x, ("b", "a"), axis=1, tiled=True)[:, 1:3], SQUARE),
    ],
    "reduce_scatter": [
        (lambda x: x[:1, :1] + lax.psum_scatter(x, "d", scatter_dimension=1, tiled=True).sum(), FOUR),
        (lambda x: x + lax.psum_scatter(x, "d", scatter_dimension=1)[:, None], FOUR),
    ],
    "all_to_all": [
        (lambda x: lax.all_to_all(x, "d", 1, 0, tiled=True).reshape(x.shape), FOUR),
        (lambda x: lax.all_to_all(x, "d", 1, 0).reshape(x.shape), FOUR),
    ],
    "ppermute": [(lambda x: lax.ppermute(x, "d", RING), FOUR), (lambda x: lax.ppermute(x, "d", RING[:2]), FOUR)],
    "axis_index": [(lambda x: x * lax.axis_index("d"), FOUR), (lambda x: x + lax.axis_index(("b", "a")), SQUARE)],
}


@pytest.mark.parametrize(
    ("primitive", "function", "shards"), [(name, *row) for name, rows in DEVICES.items() for row in rows]
)
def test_devices_as_jax_has_them(primitive, function, shards):
    program = traced(function, BLOCK, shards=shards)
    assert {primitive, "shard_map"} <= primitives(program.body)
    expected = jax.jit(devices.on_each(lambda variables, x: function(x), shards))({}, BLOCK)
    np.testing.assert_allclose(evaluate(program, {"x": BLOCK})["value"], expected, rtol=1e-5, atol=1e-5)


def test_devices_that_take_different_branches():
    def function(x):
        y = lax.cond(lax.axis_index("d") % 2 == 0, lambda v: v * 2, lambda v: -v, x)
        return lax.while_loop(lambda v: jnp.abs(v).sum() < 100, lambda v: v * 2, y)

    expected = jax.jit(devices.on_each(lambda variables, x: function(x), FOUR))({}, BLOCK)
    np.testing.assert_allclose(
        evaluate(traced(function, BLOCK, shards=FOUR), {"x": BLOCK})["value"], expected, rtol=1e-6
    )


def test_every_collective_is_tried():
    assert {*DEVICES, "expand_dims", "shard_map"} == ELSEWHERE
