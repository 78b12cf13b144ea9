"""Every layer of the registry: dtypes, ranks, large means, masks, conditions, devices."""

import inspect
from functools import partial

import chex
import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from comparing import drawn, near
from flax import linen as nn
from flax import nnx
from registry import (
    ENTRIES,
    EPS,
    TOLERANCES,
    C,
    Entry,
    G,
    each,
    each_drop_in,
    each_drop_in_but_one_full,
    oracle,
    parameters,
    per_sample,
)
from sampled import first, sampled

import groupnorm_jax
import groupnorm_jax.nnx as ours_nnx


def test_every_public_layer_is_here():
    layers = {
        n for n in dir(groupnorm_jax) if inspect.isclass(v := getattr(groupnorm_jax, n)) and issubclass(v, nn.Module)
    }
    assert layers == set(ENTRIES) == set(ours_nnx.__all__)
    functions = {n for n in groupnorm_jax.__all__ if n.endswith("_norm")}
    called = {getattr(e.function, "func", e.function) for e in ENTRIES.values()} - {None}
    assert functions == {f.__name__ for f in called}


@pytest.mark.full
@each
@pytest.mark.parametrize("dtype", sampled(["float32", "float16", "bfloat16"], default="float32".__eq__))
@pytest.mark.parametrize("shape", first([(2, 3, 4, C), (3, C), (2, 5, C), (1, 2, 1, 2, 2, 2, C)]))
def test_the_formula_at_every_rank(name, shape, dtype):
    entry, x = ENTRIES[name], drawn(shape, dtype)
    variables, own = parameters(entry)
    y = jax.jit(entry.linen.apply)(variables, x)
    near(y, oracle(entry, x, *own), TOLERANCES[dtype])
    assert y.dtype == (x.dtype if name == "MyGroupNorm" else jnp.float32)
    if entry.function:
        y = entry.function(x, **dict(zip(("gamma", "beta"), own[: len(entry.names)], strict=False)), eps=EPS)
        assert y.dtype == x.dtype
        near(y, oracle(entry, x, *own), TOLERANCES[dtype])


@pytest.mark.full
@each
def test_linen_and_nnx_are_one(name):
    entry, x = ENTRIES[name], drawn((2, 5, 7, C), mean=100.0)
    layer = entry.nnx()
    mine = entry.linen.init(jax.random.key(0), x)["params"]
    theirs = {key: value[...] for key, value in nnx.state(layer, nnx.Param).items()}
    chex.assert_trees_all_equal(dict(mine), theirs)
    chex.assert_trees_all_equal(layer(x), entry.linen.apply({"params": mine}, x))
    graph, state = nnx.split(layer)
    chex.assert_trees_all_close(jax.jit(lambda s, x: nnx.merge(graph, s)(x))(state, x), layer(x), atol=1e-6)


@pytest.mark.sample(1)
@each
@pytest.mark.parametrize("shape", first([(2, 4096, C), (64, C), (1, 40, 50, C)]))
def test_a_large_mean_costs_no_digits(name, shape):
    """Two is where a second reading begins."""
    entry = ENTRIES[name]
    apply, variables = jax.jit(entry.linen.apply), entry.linen.init(jax.random.key(0), drawn(shape))
    for mean in (0.0, 1.0, 2.0, 3.0, 1e2, 1e3, 1e4, 1e5):
        x = drawn(shape, mean=mean, std=1.0)
        near(apply(variables, x), oracle(entry, x), TOLERANCES["float32"])


@pytest.mark.full
@each
def test_outliers_in_the_first_rows(name):
    entry, x = ENTRIES[name], drawn((2, 500, C), mean=1e3, std=1.0)
    x = x.at[:, 0].set(1e4).at[:, :, 0].set(-3e3)
    near(entry.linen.apply(entry.linen.init(jax.random.key(0), x), x), oracle(entry, x), TOLERANCES["float32"])


@pytest.mark.full
def test_groups_of_four_million_values():
    x = drawn((1, 1024, 1024, 4), mean=10.0, std=1.0)
    sets = Entry(None, None, None, lambda shape: per_sample(shape, 1))
    near(groupnorm_jax.group_norm(x, 1), oracle(sets, x), TOLERANCES["float32"])


@pytest.mark.full
@each
def test_the_other_samples_do_not_matter(name):
    """Beyond the rounding: they may decide whether a large mean is worth a second reading."""
    entry, x = ENTRIES[name], drawn((3, 30, C), mean=1.5, std=1.0)
    variables = entry.linen.init(jax.random.key(0), x)
    for other in (1e4, jnp.nan, jnp.inf):
        y = entry.linen.apply(variables, x.at[1].set(other))
        chex.assert_trees_all_close(y[::2], entry.linen.apply(variables, x)[::2], atol=2e-6, rtol=2e-6)


@pytest.mark.full
def test_a_group_that_is_not_a_number_leaves_the_others_alone():
    x = drawn((2, 5, 5, C)).at[0, 2, 2, 0].set(jnp.nan)
    y = groupnorm_jax.group_norm(x, G)
    assert bool(jnp.isnan(y[0, ..., : C // G]).all())
    assert bool(jnp.isfinite(y[0, ..., C // G :]).all())


@pytest.mark.full
@each
@pytest.mark.parametrize("value", first([0.1, 0.0, 1e5, -3e7]))
def test_constant_groups(name, value):
    entry, x = ENTRIES[name], jnp.full((2, 7, C), value)
    variables, own = parameters(entry)
    if entry.centred:
        near(entry.linen.apply(variables, x), np.broadcast_to(own[1], x.shape), 1e-6)
    gradient = jax.grad(lambda x: jnp.square(entry.linen.apply(variables, x)).sum())(x)
    chex.assert_tree_all_finite(gradient)


@pytest.mark.full
@each_drop_in
@pytest.mark.parametrize("shape", first([(2, 5, 7, 1), (2, 5, 7, C), (2, 1, 1, C), (1, 5, 7, 1), (7, 1), (2, 1, 1, 1)]))
def test_masks_that_broadcast(name, shape):
    entry, where = ENTRIES[name], np.random.default_rng(3).random(shape) < 0.6
    x = jnp.where(where, drawn((2, 5, 7, C), mean=100.0), jnp.nan)
    variables, own = parameters(entry)
    chex.assert_trees_all_close(entry.nnx()(x, mask=jnp.asarray(where)), entry.linen.clone().apply(
        entry.linen.init(jax.random.key(0), x), x, mask=jnp.asarray(where)), atol=2e-6)  # fmt: skip

    @jax.jit
    @partial(jax.value_and_grad, argnums=(0, 1), has_aux=True)
    def loss(variables, x):
        y = entry.linen.apply(variables, x, mask=jnp.asarray(where))
        return jnp.square(y).sum(), y

    (_, y), (of_variables, of_x) = loss(variables, x)
    want = oracle(entry, x, *own, where=np.asarray(where, np.float64))
    kept = np.broadcast_to(where, x.shape)
    near(np.asarray(y)[kept], want[kept], 4e-6)
    chex.assert_tree_all_finite((of_variables, of_x))
    assert not np.asarray(of_x)[~kept].any()


@pytest.mark.full
@each_drop_in
def test_nothing_left_gives_the_offset(name):
    entry, x = ENTRIES[name], drawn((2, 5, C)).at[1].set(jnp.nan)
    variables, own = parameters(entry)
    y = entry.linen.apply(variables, x, mask=jnp.array([True, False]).reshape(2, 1, 1))
    near(y[1], np.broadcast_to(own[1], (5, C)), 0)


@pytest.mark.full
@each_drop_in_but_one_full
@pytest.mark.parametrize(
    ("shape", "activation"),
    [
        ((2, 4, 5, C), "silu"),
        *(
            pytest.param((2, 4, 5, C), activation, marks=pytest.mark.full)
            for activation in (None, "relu", "gelu", jnp.tanh)
        ),
        # ours and another's: the rest differ by name
        *(pytest.param((2, C), activation, marks=pytest.mark.full) for activation in (None, jnp.tanh)),
    ],
)
def test_condition_residual_and_activation(name, shape, activation):
    entry, x, residual = ENTRIES[name], drawn(shape), drawn(shape, seed=8)
    variables, _ = parameters(entry)
    scale, bias = drawn((2, C), mean=1.0, std=0.3, seed=9), drawn((2, C), seed=10)
    layer = entry.linen.clone(activation=activation)
    function = {"relu": jax.nn.relu, "silu": jax.nn.silu, "gelu": jax.nn.gelu, None: lambda y: y}.get(
        activation, activation
    )
    lifted = (2,) + (1,) * (len(shape) - 2) + (C,)

    def apart(variables, x, scale, bias, residual):
        y = function(entry.linen.apply(variables, x) * scale.reshape(lifted) + bias.reshape(lifted) + residual)
        return (y * weights).sum(), y

    def joined(variables, x, scale, bias, residual):
        y = layer.apply(variables, x, scale=scale, bias=bias, residual=residual)
        return (y * weights).sum(), y

    weights = drawn(shape, seed=11)
    both = (jax.jit(jax.value_and_grad(f, (0, 1, 2, 3, 4), has_aux=True)) for f in (joined, apart))
    ((_, y), gradients), ((_, want), wants) = (f(variables, x, scale, bias, residual) for f in both)
    chex.assert_trees_all_close(y, want, atol=1e-5)
    chex.assert_trees_all_close(gradients, wants, atol=1e-4, rtol=1e-5)


@pytest.mark.full
@each_drop_in_but_one_full
@pytest.mark.parametrize("masked", first([True, False]))
def test_devices_count_by_what_they_hold(name, masked):
    """Positions over four devices, emulated; the gradient too."""
    entry, x = ENTRIES[name], drawn((2, 8, C), mean=1e3, std=1.0)
    where = (
        jnp.asarray(np.random.default_rng(0).random((2, 8, 1)) < (0.5 if masked else 2.0)).at[:, 4:6].set(not masked)
    )
    features = name in {"LayerNorm", "RMSNorm"}
    layer = entry.linen.clone(reduction_axes=(1, 2)) if features else entry.linen
    variables, _ = parameters(entry)
    split = lambda v: jnp.moveaxis(v.reshape(2, 4, 2, -1), 1, 0)  # noqa: E731 - devices first
    weights = drawn(x.shape, seed=3)

    def whole(x):
        y = layer.apply(variables, x, mask=where)
        return (y * weights).sum(), y

    def parts(x):
        apart = layer.clone(axis_name="devices")
        y = jax.vmap(lambda x, m: apart.apply(variables, x, mask=m), axis_name="devices")(split(x), split(where))
        y = jnp.moveaxis(y, 0, 1).reshape(x.shape)
        return (y * weights).sum(), y

    ((_, y), gradient), ((_, want), wanted) = (jax.jit(jax.value_and_grad(f, has_aux=True))(x) for f in (parts, whole))
    chex.assert_trees_all_close(y, want, atol=5e-6)
    chex.assert_trees_all_close(gradient, wanted, atol=1e-5, rtol=1e-5)


@each_drop_in
def test_an_empty_batch_is_allowed(name):
    x = jnp.zeros((0, 4, C))
    layer = ENTRIES[name].linen
    assert layer.apply(layer.init(jax.random.key(0), x), x).shape == x.shape


@pytest.mark.full
@pytest.mark.parametrize(
    ("dtype", "value", "fits"),
    [("float16", 6e4, True), ("bfloat16", 1e18, True), ("float32", 1e18, True), ("float32", 1e20, False)],
)
def test_where_numbers_end(dtype, value, fits):
    """Sums are float32's: those of float16 cannot overflow; squares of differences beyond 1e19 do, and leave beta."""
    x = jnp.asarray(np.random.default_rng(0).choice([-1.0, 1.0], (2, 64, C)) * value, dtype)
    y = groupnorm_jax.group_norm(x, G)
    if fits:
        near(y, oracle(ENTRIES["GroupNorm"], x), TOLERANCES[dtype])
    else:
        assert not y.any()


@pytest.mark.full
@each_drop_in
@pytest.mark.parametrize("axes", first([(1, -1), (-1, 2), (1, 2, 3)]))
def test_reduction_axes_anywhere(name, axes):
    if name == "InstanceNorm":
        pytest.skip("InstanceNorm has no reduction_axes")
    entry, x = ENTRIES[name], drawn((2, 3, 4, C), mean=0.0)
    variables, _ = parameters(entry)
    theirs = getattr(nn, name)(
        **({"num_groups": G} if name == "GroupNorm" else {}), epsilon=EPS, reduction_axes=axes, use_fast_variance=False
    )
    with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        want = theirs.apply(variables, x)
    chex.assert_trees_all_close(entry.linen.clone(reduction_axes=axes).apply(variables, x), want, atol=5e-6)


@pytest.mark.full
def test_an_activation_may_change():
    """It is any function: one with a state, one that cannot be hashed; but it must be elementwise."""

    class Leaky:
        __hash__ = None
        slope = 0.1

        def __call__(self, y):
            return jnp.where(y > 0, y, self.slope * y)

    x, leaky = drawn((2, 9, C), mean=0.0), Leaky()
    before = groupnorm_jax.group_norm(x, G, activation=leaky)
    leaky.slope = 0.9
    after = groupnorm_jax.group_norm(x, G, activation=leaky)
    plain = groupnorm_jax.group_norm(x, G)
    for slope, got in ((0.1, before), (0.9, after)):
        near(got, np.where(plain > 0, plain, slope * np.asarray(plain)), 2e-6)
    with pytest.raises(
        ValueError, match=r"activation must be elementwise, but it turned shape \(2, 9, 12\) into shape \(2, 9, 6\)"
    ):
        groupnorm_jax.group_norm(x, G, activation=jax.nn.glu)


@pytest.mark.full
def test_nothing_counted_gives_the_offset_whatever_is_there():
    nothing = groupnorm_jax.moments(jnp.ones((2, C)), 1, where=jnp.zeros((2, 1)))
    y = groupnorm_jax.normalize(jnp.full((2, C), jnp.nan), nothing, None, jnp.ones((1, C)), eps=EPS)
    near(y, np.ones((2, C)), 0)
