"""Every public layer, in one registry: dtypes, ranks, transforms, masks, large means, and what gradients keep."""

import inspect
from dataclasses import dataclass
from functools import partial

import chex
import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from flax import nnx

import groupnorm_jax
import groupnorm_jax.nnx as ours_nnx

EPS = 1e-5
# dtype -> largest error relative to max(1, largest output), measured at 2e-15, 6e-7, 5e-4 and 4e-3.
TOLERANCES = {"float64": 1e-14, "float32": 2e-6, "float16": 1e-3, "bfloat16": 8e-3}


@dataclass(frozen=True)
class Entry:
    """A layer, how to make it, and which values share their statistics."""

    linen: nn.Module
    nnx: nnx.Module
    function: object  # of x and keywords gamma, beta, eps
    labels: object  # of a shape: for each value, the number of its group
    centred: bool = True
    names: tuple[str, ...] = ("scale", "bias")


def per_sample(shape, groups):
    channel = np.arange(shape[-1]) * groups // shape[-1]
    sample = np.arange(shape[0]).reshape((-1,) + (1,) * (len(shape) - 1))
    return np.broadcast_to(sample * groups + channel, shape)


def per_position(shape, groups):
    flat = per_sample((int(np.prod(shape[:-1])), shape[-1]), groups)
    return flat.reshape(shape)


C, G = 12, 3
NNX = {"rngs": nnx.Rngs(0)}
ENTRIES = {
    "GroupNorm": Entry(
        groupnorm_jax.GroupNorm(G, epsilon=EPS),
        partial(ours_nnx.GroupNorm, C, G, epsilon=EPS, **NNX),
        partial(groupnorm_jax.group_norm, num_groups=G),
        lambda shape: per_sample(shape, G),
    ),
    "InstanceNorm": Entry(
        groupnorm_jax.InstanceNorm(epsilon=EPS),
        partial(ours_nnx.InstanceNorm, C, epsilon=EPS, **NNX),
        groupnorm_jax.instance_norm,
        lambda shape: per_sample(shape, C),
    ),
    "LayerNorm": Entry(
        groupnorm_jax.LayerNorm(epsilon=EPS),
        partial(ours_nnx.LayerNorm, C, epsilon=EPS, **NNX),
        groupnorm_jax.layer_norm,
        lambda shape: per_position(shape, 1),
    ),
    "MyGroupNorm": Entry(
        groupnorm_jax.MyGroupNorm(G, eps=EPS),
        partial(ours_nnx.MyGroupNorm, C, G, eps=EPS),
        None,
        lambda shape: per_position(shape, G),
        names=("gamma", "beta"),
    ),
    "RMSNorm": Entry(
        groupnorm_jax.RMSNorm(epsilon=EPS),
        partial(ours_nnx.RMSNorm, C, epsilon=EPS, **NNX),
        groupnorm_jax.rms_norm,
        lambda shape: per_position(shape, 1),
        centred=False,
        names=("scale",),
    ),
}
DROP_IN = sorted(set(ENTRIES) - {"MyGroupNorm"})
each = pytest.mark.parametrize("name", sorted(ENTRIES))
each_drop_in = pytest.mark.parametrize("name", DROP_IN)


def oracle(entry, x, scale=1.0, bias=0.0, where=None):
    """Two-pass in float64, group by group."""
    x = np.asarray(x, np.float64)
    labels, weight = entry.labels(x.shape).ravel(), np.broadcast_to(1.0 if where is None else where, x.shape).ravel()
    values = np.where(weight > 0, x.ravel(), 0.0)
    count = np.bincount(labels, weight)
    mean = np.bincount(labels, weight * values) / np.maximum(count, 1e-300) * entry.centred
    centred = values - mean[labels]
    variance = np.bincount(labels, weight * centred**2) / np.maximum(count, 1e-300)
    factor = np.where(count > 0, 1 / np.sqrt(variance + EPS), 0.0)
    return (centred * factor[labels]).reshape(x.shape) * np.asarray(scale, np.float64) + np.asarray(bias, np.float64)


def drawn(shape, dtype="float32", mean=0.5, std=2.0, seed=0):
    return jnp.asarray(np.random.default_rng(seed).normal(mean, std, shape), dtype)


def parameters(entry, seed=1):
    """Variables for Linen, and scale and bias for the oracle."""
    scale, bias = drawn((C,), mean=1.0, std=0.5, seed=seed), drawn((C,), seed=seed + 1)
    values = dict(zip(entry.names, (scale, bias), strict=False))
    return {"params": values}, [scale, bias if len(values) > 1 else 0.0]


def near(got, want, tolerance):
    want = np.asarray(want, np.float64)
    error = np.abs(np.asarray(got, np.float64) - want).max(initial=0.0)
    assert error <= tolerance * max(1.0, np.abs(want).max(initial=0.0)), error


def test_every_public_layer_is_here():
    layers = {n for n, v in vars(groupnorm_jax).items() if inspect.isclass(v) and issubclass(v, nn.Module)}
    assert layers == set(ENTRIES) == set(ours_nnx.__all__)
    functions = {n for n in groupnorm_jax.__all__ if n.endswith("_norm")}
    called = {getattr(e.function, "func", e.function) for e in ENTRIES.values()} - {None}
    assert functions == {f.__name__ for f in called}


@each
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("shape", [(3, C), (2, 5, C), (2, 3, 4, C), (1, 2, 1, 2, 2, 2, C)])
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


@each
@pytest.mark.parametrize("shape", [(64, C), (2, 4096, C), (1, 40, 50, C)])
def test_a_large_mean_costs_no_digits(name, shape):
    """Two is where a second reading begins."""
    entry = ENTRIES[name]
    apply, variables = jax.jit(entry.linen.apply), entry.linen.init(jax.random.key(0), drawn(shape))
    for mean in (0.0, 1.0, 2.0, 3.0, 1e2, 1e3, 1e4, 1e5):
        x = drawn(shape, mean=mean, std=1.0)
        near(apply(variables, x), oracle(entry, x), TOLERANCES["float32"])


@each
def test_outliers_in_the_first_rows(name):
    entry, x = ENTRIES[name], drawn((2, 500, C), mean=1e3, std=1.0)
    x = x.at[:, 0].set(1e4).at[:, :, 0].set(-3e3)
    near(entry.linen.apply(entry.linen.init(jax.random.key(0), x), x), oracle(entry, x), TOLERANCES["float32"])


def test_groups_of_four_million_values():
    x = drawn((1, 1024, 1024, 4), mean=10.0, std=1.0)
    sets = Entry(None, None, None, lambda shape: per_sample(shape, 1))
    near(groupnorm_jax.group_norm(x, 1), oracle(sets, x), TOLERANCES["float32"])


@each
def test_the_other_samples_do_not_matter(name):
    """Beyond the rounding: they may decide whether a large mean is worth a second reading."""
    entry, x = ENTRIES[name], drawn((3, 30, C), mean=1.5, std=1.0)
    variables = entry.linen.init(jax.random.key(0), x)
    for other in (1e4, jnp.nan, jnp.inf):
        y = entry.linen.apply(variables, x.at[1].set(other))
        chex.assert_trees_all_close(y[::2], entry.linen.apply(variables, x)[::2], atol=2e-6, rtol=2e-6)


def test_a_group_that_is_not_a_number_leaves_the_others_alone():
    x = drawn((2, 5, 5, C)).at[0, 2, 2, 0].set(jnp.nan)
    y = groupnorm_jax.group_norm(x, G)
    assert bool(jnp.isnan(y[0, ..., : C // G]).all())
    assert bool(jnp.isfinite(y[0, ..., C // G :]).all())


@each
@pytest.mark.parametrize("value", [0.0, 0.1, 1e5, -3e7])
def test_constant_groups(name, value):
    entry, x = ENTRIES[name], jnp.full((2, 7, C), value)
    variables, own = parameters(entry)
    if entry.centred:
        near(entry.linen.apply(variables, x), np.broadcast_to(own[1], x.shape), 1e-6)
    gradient = jax.grad(lambda x: jnp.square(entry.linen.apply(variables, x)).sum())(x)
    chex.assert_tree_all_finite(gradient)


@each
def test_gradients_in_float64(name, x64):  # noqa: ARG001 - a fixture
    entry, x = ENTRIES[name], drawn((2, 3, C), "float64")
    weights = drawn(x.shape, "float64", seed=4)
    variables = jax.tree.map(lambda p: p.astype("float64"), parameters(entry)[0])
    layer = entry.linen if name == "MyGroupNorm" else entry.linen.clone(activation="silu", param_dtype="float64")

    @jax.jit
    def loss(variables, x):
        return (layer.apply(variables, x) * weights).sum()

    jax.test_util.check_grads(loss, (variables, x), order=2, modes=("fwd", "rev"), rtol=1e-4, atol=1e-4)


@each
def test_gradients_at_a_large_mean(name):
    entry, x = ENTRIES[name], drawn((2, 9, C), mean=1e4, std=1.0)
    dy = np.asarray(drawn(x.shape, mean=0.0, std=1.0, seed=5), np.float64)
    got = jax.grad(lambda x: (entry.linen.apply(entry.linen.init(jax.random.key(0), x), x) * dy.astype("f4")).sum())(x)
    labels, n = entry.labels(x.shape).ravel(), np.asarray(oracle(entry, x)).ravel()
    wide, flat = np.asarray(x, np.float64).ravel(), dy.ravel()
    mean_of = lambda v: (np.bincount(labels, v) / np.bincount(labels))[labels]  # noqa: E731 - a formula
    r = 1 / np.sqrt(mean_of((wide - mean_of(wide) * entry.centred) ** 2) + EPS)
    want = r * (flat - mean_of(flat) * entry.centred - n * mean_of(flat * n))
    near(got, want.reshape(x.shape), 5e-6)


@each
def test_transforms_agree(name):
    entry, x = ENTRIES[name], drawn((3, 2, 70, C))  # enough positions for all forms
    variables, _ = parameters(entry)
    weights = drawn(x.shape[1:], seed=7)

    def loss(variables, x):
        return (entry.linen.apply(variables, x) * weights[:, : x.shape[1]]).sum()

    def of_samples(x):
        return jax.vmap(lambda x: entry.linen.apply(variables, x))(x)

    chex.assert_trees_all_close(of_samples(x), jnp.stack([entry.linen.apply(variables, v) for v in x]), atol=2e-6)
    gradients = jnp.stack([jax.grad(loss, 1)(variables, v) for v in x])
    chex.assert_trees_all_close(jax.vmap(jax.grad(loss, 1), (None, 0))(variables, x), gradients, atol=1e-5)
    chex.assert_trees_all_close(jax.grad(lambda x: (of_samples(x) * weights[None]).sum())(x), gradients, atol=1e-5)
    value, tangent = jax.jvp(partial(loss, variables), (x[0],), (x[1],))
    near(tangent, float(jnp.vdot(gradients[0], x[1])), 1e-4)
    near(jax.linearize(partial(loss, variables), x[0])[1](x[1]), tangent, 1e-5)
    chex.assert_trees_all_close(jax.checkpoint(loss)(variables, x[0]), value, atol=1e-5)
    few = x[0, :, :4]
    hessian = jax.hessian(loss, 1)(variables, few)
    chex.assert_trees_all_close(hessian, jax.jacrev(jax.grad(loss, 1), 1)(variables, few), atol=1e-4)
    exported = jax.export.export(jax.jit(jax.grad(loss, 1)))(variables, x[0])
    chex.assert_trees_all_close(exported.call(variables, x[0]), gradients[0], atol=1e-5)


@each
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("activation", [None, "silu"])
@pytest.mark.parametrize("shape", [(8, 16, 16, C * 8), (64, C * 8)])
def test_gradients_keep_x_and_next_to_nothing(name, dtype, activation, shape):
    if name == "MyGroupNorm" and activation:
        pytest.skip("MyGroupNorm has no activation")
    layer = ENTRIES[name].linen if activation is None else ENTRIES[name].linen.clone(activation=activation)
    x = drawn(shape, dtype)
    variables = layer.init(jax.random.key(0), x)
    _, pull = jax.vjp(layer.apply, variables, x)
    kept, own = (sum(leaf.nbytes for leaf in jax.tree.leaves(tree)) for tree in (pull, variables))
    assert kept - 2 * own <= 1.07 * x.nbytes, kept / x.nbytes


@each_drop_in
@pytest.mark.parametrize("shape", [(2, 5, 7, C), (2, 5, 7, 1), (2, 1, 1, C), (1, 5, 7, 1), (7, 1), (2, 1, 1, 1)])
def test_masks_that_broadcast(name, shape):
    entry, where = ENTRIES[name], np.random.default_rng(3).random(shape) < 0.6
    x = jnp.where(where, drawn((2, 5, 7, C), mean=100.0), jnp.nan)
    variables, own = parameters(entry)
    y = entry.linen.apply(variables, x, mask=jnp.asarray(where))
    chex.assert_trees_all_close(entry.nnx()(x, mask=jnp.asarray(where)), entry.linen.clone().apply(
        entry.linen.init(jax.random.key(0), x), x, mask=jnp.asarray(where)), atol=2e-6)  # fmt: skip
    want = oracle(entry, x, *own, where=np.asarray(where, np.float64))
    kept = np.broadcast_to(where, x.shape)
    near(np.asarray(y)[kept], want[kept], 4e-6)

    def loss(variables, x):
        return jnp.square(entry.linen.apply(variables, x, mask=jnp.asarray(where))).sum()

    of_variables, of_x = jax.grad(loss, (0, 1))(variables, x)
    chex.assert_tree_all_finite((of_variables, of_x))
    assert not np.asarray(of_x)[~kept].any()


@each_drop_in
def test_nothing_left_gives_the_offset(name):
    entry, x = ENTRIES[name], drawn((2, 5, C)).at[1].set(jnp.nan)
    variables, own = parameters(entry)
    y = entry.linen.apply(variables, x, mask=jnp.array([True, False]).reshape(2, 1, 1))
    near(y[1], np.broadcast_to(own[1], (5, C)), 0)


@each_drop_in
@pytest.mark.parametrize("activation", [None, "relu", "silu", "gelu", jnp.tanh])
@pytest.mark.parametrize("shape", [(2, 4, 5, C), (2, C)])
def test_condition_residual_and_activation(name, activation, shape):
    entry, x, residual = ENTRIES[name], drawn(shape), drawn(shape, seed=8)
    variables, own = parameters(entry)
    scale, bias = drawn((2, C), mean=1.0, std=0.3, seed=9), drawn((2, C), seed=10)
    layer = entry.linen.clone(activation=activation)
    function = {"relu": jax.nn.relu, "silu": jax.nn.silu, "gelu": jax.nn.gelu, None: lambda y: y}.get(
        activation, activation
    )
    lifted = (2,) + (1,) * (len(shape) - 2) + (C,)

    def apart(variables, x, scale, bias, residual):
        y = entry.linen.apply(variables, x)
        return function(y * scale.reshape(lifted) + bias.reshape(lifted) + residual)

    def joined(variables, x, scale, bias, residual):
        return layer.apply(variables, x, scale=scale, bias=bias, residual=residual)

    arguments = (variables, x, scale, bias, residual)
    del own
    chex.assert_trees_all_close(joined(*arguments), apart(*arguments), atol=1e-5)
    gradients = (
        jax.grad(lambda *a, f=f: (f(*a) * residual).sum(), (0, 1, 2, 3, 4))(*arguments) for f in (joined, apart)
    )
    chex.assert_trees_all_close(*gradients, atol=1e-4, rtol=1e-5)


@each_drop_in
@pytest.mark.parametrize("masked", [False, True])
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
        return layer.apply(variables, x, mask=where)

    def parts(x):
        apart = layer.clone(axis_name="devices")
        y = jax.vmap(lambda x, m: apart.apply(variables, x, mask=m), axis_name="devices")(split(x), split(where))
        return jnp.moveaxis(y, 0, 1).reshape(x.shape)

    chex.assert_trees_all_close(parts(x), whole(x), atol=5e-6)
    gradients = (jax.grad(lambda x, f=f: (f(x) * weights).sum())(x) for f in (parts, whole))
    chex.assert_trees_all_close(*gradients, atol=1e-5, rtol=1e-5)


@each_drop_in
def test_an_empty_batch_is_allowed(name):
    x = jnp.zeros((0, 4, C))
    layer = ENTRIES[name].linen
    assert layer.apply(layer.init(jax.random.key(0), x), x).shape == x.shape


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


@each_drop_in
@pytest.mark.parametrize("axes", [(1, -1), (-1, 2), (1, 2, 3)])
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


@pytest.mark.parametrize(
    ("layer", "x", "error", "says"),
    [
        (groupnorm_jax.GroupNorm(5), (2, 4, C), ValueError, "12 channels do not split into num_groups=5; 1, 2, 3, 4, 6 or 12"),
        (groupnorm_jax.GroupNorm(4.0), (2, 4, C), TypeError, "num_groups must be an integer, got num_groups=4.0"),
        (groupnorm_jax.GroupNorm(3, 4), (2, 4, C), ValueError, "give one of num_groups and group_size, got num_groups=3"),
        (groupnorm_jax.GroupNorm(None), (2, 4, C), ValueError, "got num_groups=None and group_size=None"),
        (groupnorm_jax.GroupNorm(None, 5), (2, 4, C), ValueError, "do not split into groups of group_size=5"),
        (groupnorm_jax.GroupNorm(3), (C,), ValueError, "x[None] to a module"),
        (groupnorm_jax.GroupNorm(3, reduction_axes=(1, 2, 3)), (8, 8, C), ValueError, "x[None] adds an axis of samples"),
        (groupnorm_jax.GroupNorm(3, reduction_axes=(1, 2)), (2, 8, 8, C), ValueError, "must name the channels' axis 3"),
        (groupnorm_jax.GroupNorm(3, reduction_axes=(1, -1, 2)), (2, 8, C), ValueError, "names axis 2 of x"),
        (groupnorm_jax.GroupNorm(3, activation="rely"), (2, 8, C), ValueError, "'gelu', 'relu', 'silu' are"),
        (groupnorm_jax.GroupNorm(3, activation=1), (2, 8, C), TypeError, "must be a name or a function"),
        (groupnorm_jax.GroupNorm(3, epsilon=-1.0), (2, 8, C), ValueError, "epsilon must be finite and not negative"),
        (groupnorm_jax.GroupNorm(3), (2, 8, 0), ValueError, "at least one channel"),
        (groupnorm_jax.LayerNorm(reduction_axes=3), (2, 8, C), ValueError, "reduction_axes=3 names axis 3"),
        (groupnorm_jax.LayerNorm(feature_axes=(1, 1)), (2, 8, C), ValueError, "names axis 1 of x, which has shape (2, 8, 12)"),
        (groupnorm_jax.InstanceNorm(feature_axes=0), (2, 8, C), ValueError, "but that counts samples"),
        (groupnorm_jax.RMSNorm(reduction_axes=1.0), (2, 8, C), TypeError, "must be an integer or several"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_with_the_rule_the_values_and_a_way_out(layer, x, error, says):
    with pytest.raises(error) as raised:
        layer.init(jax.random.key(0), jnp.zeros(x))
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        ({"mask": jnp.ones((2, 8), bool)}, ValueError, "mask[..., None] does for channels"),
        ({"scale": jnp.ones((8, C))}, ValueError, "scale must have shape (12,), one value a channel, or (2, 12)"),
        (
            {"bias": jnp.ones((2, C), int)},
            TypeError,
            "bias must be floating point, got int32; bias.astype(jnp.float32)",
        ),
        (
            {"residual": jnp.ones((1, 8, C))},
            ValueError,
            "residual must have x's shape (2, 8, 12), got shape (1, 8, 12)",
        ),
        ({"masks": None}, TypeError, "masks"),
    ],
)
@each_drop_in
def test_bad_calls_are_refused_too(name, call, error, says):
    layer, x = ENTRIES[name].linen, jnp.zeros((2, 8, C))
    variables = layer.init(jax.random.key(0), x)
    with pytest.raises(error) as raised:
        layer.apply(variables, x, **call)
    assert says in str(raised.value)
    with pytest.raises(TypeError, match="floating-point dtype, got complex64"):
        layer.apply(variables, x.astype(complex))


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
    with pytest.raises(ValueError, match="an activation must be elementwise, but from shape"):
        groupnorm_jax.group_norm(x, G, activation=jax.nn.glu)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: groupnorm_jax.group_norm(x, G, mask=x), TypeError, "no argument is called mask; a norm takes by name where"),
        (lambda x: groupnorm_jax.group_norm(x, G, dtype=int), TypeError, "dtype must be floating point, got dtype=int"),
        (lambda x: groupnorm_jax.group_norm(x, G, residual=x.astype(complex)), TypeError, "residual must be real"),
        (lambda x: groupnorm_jax.group_norm(x, G, axis_name=3), TypeError, "axis_name must be a name or several, got axis_name=3"),
        (lambda x: groupnorm_jax.group_norm(x, G, axis_index_groups=[[0]]), ValueError, "give axis_name"),
        (lambda x: groupnorm_jax.group_norm(x, G, channel_axis=(1, 2)), TypeError, "channel_axis must be one integer"),
        (lambda x: groupnorm_jax.moments(x.astype(int), 0), TypeError, "convert it with x.astype(jnp.float32)"),
        (groupnorm_jax.merge, TypeError, "statistics are Moments, got ArrayImpl"),
        (lambda x: groupnorm_jax.normalize(x, groupnorm_jax.moments(x, 0), eps=-5.0), ValueError, "eps must be finite"),
        (lambda x: ours_nnx.GroupNorm(C, 5, rngs=nnx.Rngs(0)), ValueError, "12 channels do not split into num_groups=5"),  # noqa: ARG005
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, error, says):
    with pytest.raises(error) as raised:
        call(drawn((2, 8, C)))
    assert says in str(raised.value)


def test_nothing_counted_gives_the_offset_whatever_is_there():
    nothing = groupnorm_jax.moments(jnp.ones((2, C)), 1, where=jnp.zeros((2, 1)))
    y = groupnorm_jax.normalize(jnp.full((2, C), jnp.nan), nothing, None, jnp.ones((1, C)), eps=EPS)
    near(y, np.ones((2, C)), 0)


def test_nnx_says_which_features_it_was_made_for():
    with pytest.raises(ValueError, match="made with num_features=12, but x has 6; make it with num_features=6"):
        ENTRIES["GroupNorm"].nnx()(jnp.zeros((2, 4, 6)))
