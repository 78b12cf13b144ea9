"""Moments and the pure group_norm against the formula in float64, and against Flax where Flax is right."""

import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from comparing import drawn, near
from flax import linen as nn
from sampled import first

from groupnorm_jax import Moments, group_norm, merge, merge_axes, merge_devices, moments, normalize

EPS = 1e-5
# dtype -> largest error relative to max(1, largest output), measured at 3e-16, 5e-7, 5e-4 and 4e-3 and doubled.
TOLERANCES = {"float64": 1e-15, "float32": 2e-6, "float16": 1e-3, "bfloat16": 8e-3}


def oracle(x, num_groups, gamma=None, beta=None, where=None, eps=EPS, channel_axis=-1, batch_axes=1):
    """Two-pass in float64, a sample and a group at a time."""
    x = np.moveaxis(np.asarray(x, np.float64), channel_axis, -1)
    weight = np.ones(x.shape) if where is None else np.moveaxis(np.broadcast_to(where, x.shape), channel_axis, -1)
    channels, y = x.shape[-1], np.empty(x.shape)
    size = channels // num_groups
    for sample in np.ndindex(x.shape[:batch_axes]):
        for group in range(num_groups):
            at = (*sample, ..., slice(group * size, (group + 1) * size))
            kept = x[at][weight[at] > 0]
            mean, var = (kept.mean(), kept.var()) if kept.size else (0.0, np.inf)
            y[at] = (np.where(weight[at] > 0, x[at], 0) - mean) / np.sqrt(var + eps)
    y = y * (1 if gamma is None else np.asarray(gamma, np.float64)) + (
        0 if beta is None else np.asarray(beta, np.float64)
    )
    return np.moveaxis(y, -1, channel_axis)


@pytest.mark.full
@pytest.mark.parametrize("dtype", first(["float32", "float16", "bfloat16"]))
@pytest.mark.parametrize("shape", [(3, 12), (2, 5, 12), (2, 3, 4, 12), (2, 3, 2, 2, 12), (1, 2, 1, 2, 2, 2, 12)])
@pytest.mark.parametrize("num_groups", first([3, 1, 12]))
def test_the_formula_at_every_rank(shape, num_groups, dtype):
    x, gamma, beta = drawn(shape, dtype), drawn((12,), seed=1), drawn((12,), seed=2)
    # Without jit the same function is compiled, a second time: for one number of groups is enough.
    for transform in (lambda f: f, jax.jit) if num_groups == 3 else (jax.jit,):
        got = transform(lambda x: group_norm(x, num_groups, gamma, beta))(x)
        assert got.dtype == x.dtype
        near(got, oracle(x, num_groups, gamma, beta), TOLERANCES[dtype])


def test_float64():
    with jax.enable_x64(True) if hasattr(jax, "enable_x64") else jax.experimental.enable_x64():
        x = drawn((2, 5, 12), "float64", mean=1e6)
        near(group_norm(x, 3), oracle(x, 3), 1e-9)


@pytest.mark.sample(4)
@pytest.mark.parametrize("mean", [0.0, 1e2, 1e3, 1e4, 1e5])
@pytest.mark.parametrize("shape", [(2, 16, 16, 32), (2, 4096, 8)])
def test_a_large_mean_costs_no_digits(mean, shape):
    x = drawn(shape, mean=mean, std=1.0)
    near(jax.jit(group_norm, static_argnums=1)(x, 4), oracle(x, 4), TOLERANCES["float32"])


@pytest.mark.full
def test_outliers_in_the_first_rows_and_constant_groups():
    x = drawn((2, 64, 8), mean=1e3, std=1.0)
    x = x.at[:, 0].set(1e4)
    near(group_norm(x, 2), oracle(x, 2), 2e-6)
    constant = jnp.full((2, 9, 8), 7.3)
    near(group_norm(constant, 2, None, jnp.arange(8.0)), np.broadcast_to(np.arange(8.0), (2, 9, 8)), 1e-6)
    assert bool(jnp.isfinite(jax.grad(lambda x: (group_norm(x, 2) * x).sum())(constant)).all())


@pytest.mark.sample(1)
@pytest.mark.parametrize("channel_axis", [1, 2, 3, -1])
def test_channels_anywhere(channel_axis):
    x = jnp.moveaxis(drawn((2, 3, 4, 6)), -1, channel_axis)
    gamma, beta = drawn((6,), seed=1), drawn((6,), seed=2)
    got = group_norm(x, 3, gamma, beta, channel_axis=channel_axis)
    near(got, oracle(x, 3, gamma, beta, channel_axis=channel_axis), 2e-6)


@pytest.mark.sample(1)
@pytest.mark.parametrize("trailing", [(), (5,), (3, 4), (2, 3, 2)])
def test_channels_first_with_any_number_of_trailing_axes(trailing):
    x = drawn((2, 6, *trailing))
    near(group_norm(x, 3, channel_axis=1), oracle(x, 3, channel_axis=1), 2e-6)


@pytest.mark.sample(1)
@pytest.mark.parametrize("batch_axes", [0, 1, 2, 3])
def test_any_number_of_batch_axes(batch_axes):
    x = drawn((2, 3, 4, 6))
    near(group_norm(x, 3, batch_axes=batch_axes), oracle(x, 3, batch_axes=batch_axes), 2e-6)


@pytest.mark.parametrize("shape", first([(2, 5, 7, 6), (2, 5, 7, 1), (2, 1, 1, 6), (1, 5, 7, 1), (2, 1, 1, 1)]))
def test_masks_that_broadcast(shape):
    where = np.random.default_rng(3).random(shape) < 0.6
    x = jnp.where(where, drawn((2, 5, 7, 6), mean=100.0), jnp.nan)
    got = group_norm(x, 3, drawn((6,), seed=1), drawn((6,), seed=2), where=jnp.asarray(where))
    want = oracle(x, 3, drawn((6,), seed=1), drawn((6,), seed=2), where=where)
    kept = np.broadcast_to(where, x.shape)
    near(np.asarray(got)[kept], want[kept], 2e-6)


@pytest.mark.full
def test_a_sample_with_nothing_left_gives_beta_and_finite_gradients():
    x, where = drawn((2, 5, 6)).at[1].set(jnp.nan), jnp.array([True, False]).reshape(2, 1, 1)
    beta = jnp.arange(6.0)

    def loss(x, gamma):
        return (group_norm(x, 3, gamma, beta, where=where) ** 2).sum()

    y = group_norm(x, 3, jnp.full(6, 3.0), beta, where=where)
    near(y[1], np.broadcast_to(beta, (5, 6)), 0)
    of_x, of_gamma = jax.grad(loss, (0, 1))(x, jnp.ones(6))
    assert bool(jnp.isfinite(of_x).all())
    assert bool(jnp.isfinite(of_gamma).all())
    assert not of_x[1].any()


@pytest.mark.full
def test_what_flax_computes_where_flax_is_right():
    x = drawn((2, 5, 7, 12), mean=0.0)
    layer = nn.GroupNorm(num_groups=3, epsilon=EPS, use_fast_variance=False)
    variables = {"params": {"scale": drawn((12,), seed=1), "bias": drawn((12,), seed=2)}}
    params = variables["params"]
    ours = group_norm(x, 3, params["scale"], params["bias"])
    chex.assert_trees_all_close(ours, layer.apply(variables, x), atol=5e-6)


@pytest.mark.full
def test_gradients_are_those_of_the_formula():
    x, gamma, weights = drawn((2, 3, 4)), drawn((4,), seed=1), drawn((2, 3, 4), seed=5)

    def plain(x, gamma):
        grouped = x.reshape(2, 3, 2, 2)
        centred = grouped - grouped.mean((1, 3), keepdims=True)
        y = centred / jnp.sqrt((centred**2).mean((1, 3), keepdims=True) + EPS)
        return (y.reshape(x.shape) * gamma[None, None, :] * weights).sum()

    def ours(x, gamma):
        return (group_norm(x, 2, gamma) * weights).sum()

    for derivative in (jax.grad, jax.hessian):
        both = (jax.jit(derivative(f, (0, 1)))(x, gamma) for f in (ours, plain))
        chex.assert_trees_all_close(*both, atol=2e-5)


@pytest.mark.full
@pytest.mark.parametrize("cuts", first([[0, 3, 3, 40], [], [1], [5, 6]]))
def test_moments_merge_to_those_of_the_whole(cuts):
    x = drawn((40, 3), mean=1e4, std=1.0)
    whole = moments(x, 0)
    parts = merge(*(moments(part, 0) for part in jnp.split(x, cuts)))
    exact = np.asarray(x, np.float64)
    for found in (whole, parts):
        near(found.count, np.full((1, 3), 40.0), 0)
        mean = np.asarray(found.mean, np.float64) + np.asarray(found.rest, np.float64)
        near(mean - exact.mean(0), np.zeros((1, 3)), 2e-6)
        near(found.variance, exact.var(0)[None], 2e-6)


@pytest.mark.full
def test_weights_count_like_repetitions():
    x, weights = drawn((6, 2)), np.array([[3.0], [0.0], [1.0], [2.0], [1.0], [5.0]])
    repeated = jnp.asarray(np.repeat(np.asarray(x), weights[:, 0].astype(int), axis=0))
    got, want = moments(x, 0, where=jnp.asarray(weights)), moments(repeated, 0)
    near(got.variance, want.variance, 2e-6)
    near(normalize(x, got, eps=EPS), normalize(x, want, eps=EPS), 2e-6)


@pytest.mark.full
def test_devices_count_by_what_they_hold():
    x, where = drawn((4, 7, 2), mean=1e3, std=1.0), np.random.default_rng(0).random((4, 7, 1)) < 0.5
    where[2] = False

    def one(x, where):
        return normalize(x, merge_devices(moments(x, 0, where=where), "d"), eps=EPS)

    got = jax.vmap(one, axis_name="d")(x, jnp.asarray(where))
    whole = moments(x.reshape(28, 2), 0, where=jnp.asarray(where.reshape(28, 1)))
    near(got.reshape(28, 2), normalize(x.reshape(28, 2), whole, eps=EPS), 2e-6)


def test_moments_are_a_pytree_and_merge_along_axes():
    x = drawn((4, 6))
    found = jax.jit(lambda x: merge_axes(moments(x, 0), -1))(x)
    assert isinstance(found, Moments)
    near(found.variance, np.asarray(x, np.float64).var().reshape(1, 1), 2e-6)


def test_an_empty_batch_is_allowed():
    assert group_norm(jnp.zeros((0, 4, 6)), 3).shape == (0, 4, 6)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: group_norm(x, 4), ValueError, "6 channels do not split into num_groups=4; 1, 2, 3 or 6"),
        (lambda x: group_norm(x, 3.0), TypeError, "num_groups must be an integer, got num_groups=3.0 of type float"),
        (lambda x: group_norm(x.astype(int), 3), TypeError, "convert it with x.astype(jnp.float32)"),
        (lambda x: group_norm(x, 3, eps=-1.0), ValueError, "eps must be finite and not negative"),
        (lambda x: group_norm(x, 3, channel_axis=3), ValueError, "channel_axis=3 names axis 3, but x has shape (2, 5, 6)"),
        (lambda x: group_norm(x, 2, channel_axis=0), ValueError, "the channels are axis 0 of x, which has shape (2, 5, 6), but that axis counts samples"),
        (lambda x: group_norm(x[0, 0], 3), ValueError, "for a single sample without a batch axis pass batch_axes=0"),
        (lambda x: group_norm(x, 3, jnp.ones((1, 6))), ValueError, "gamma must have shape (6,), one value per channel, or (2, 6), one per sample and channel; got shape (1, 6); gamma.reshape((6,)) if"),
        (lambda x: group_norm(x, 3, None, jnp.ones(3)), ValueError, "beta must have shape (6,), one value per channel, or (2, 6), one per sample and channel; got shape (3,)"),
        (lambda x: group_norm(x, 3, where=jnp.ones((2, 6), bool)), ValueError, "the mask must broadcast to x's shape (2, 5, 6), got shape (2, 6)"),
        (lambda x: group_norm(x, 3, batch_axes=True), TypeError, "batch_axes must be the number of leading batch axes, or a tuple of batch axes, got batch_axes=True"),
        (lambda x: group_norm(x[..., :0], 3), ValueError, "x must have at least one channel"),
        (lambda x: moments(x, 0, where=jnp.ones((3, 5, 6))), ValueError, "the mask must broadcast to x's shape (2, 5, 6), got shape (3, 5, 6)"),
        (lambda x: merge(), ValueError, "merge needs at least one Moments, got none"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_rule_the_values_and_a_way_out(call, error, says):
    with pytest.raises(error) as raised:
        call(drawn((2, 5, 6)))
    assert says in str(raised.value)
