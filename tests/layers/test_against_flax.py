"""Against Flax, argument by argument: the same parameters, dtypes and numbers; and the places where it is wrong."""

import functools
import inspect
import itertools
import math

import chex
import flax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from comparing import as_they_please, relative_error
from flax import linen, nnx
from flax.linen.initializers import normal
from sampled import first, first_rows

import groupnorm_jax
from groupnorm_jax import nnx as ours_nnx

# By the narrowest dtype of input, parameters and result: 2e-16, 1.5e-6, 7.1e-4, 6.3e-3. Flax's share is the larger.
FLAX = {"float64": 1e-15, "float32": 5e-6, "float16": 1.5e-3, "bfloat16": 1.5e-2}
RIGHT = 2e-6  # 3.8e-7, float32, where Flax is right
WRONG = 0.05  # 0.09, 0.10, 0.16 and 0.32, where it is wrong

NAMES = ("GroupNorm", "InstanceNorm", "LayerNorm", "RMSNorm")
SHAPE = (2, 3, 4, 64)
X = np.random.default_rng(0).normal(0.5, 2.0, SHAPE).astype(np.float32)
DRAWN = {"scale_init": normal(1.0), "bias_init": normal(1.0)}
OF_ALL = [
    {"scale_init": linen.initializers.ones},
    {"epsilon": 0.5},
    {"use_fast_variance": False},
    {"use_scale": False},
    {"param_dtype": jnp.bfloat16},
    {"dtype": jnp.float16},
]
OF_BIAS = [{"bias_init": linen.initializers.zeros}, {"use_bias": False}, {"use_bias": False, "use_scale": False}]
OF_AXES = [
    {"reduction_axes": (1, 2, 3)},
    {"reduction_axes": (-2, -1), "feature_axes": (-2, -1)},
    {"reduction_axes": (1, 2), "feature_axes": 3},
    {"feature_axes": (1, 3)},
]
ARGUMENTS = {
    "GroupNorm": [
        *OF_ALL,
        *OF_BIAS,
        {"num_groups": 1},
        {"num_groups": 64},
        {"num_groups": None, "group_size": 4},
        {"num_groups": 4, "reduction_axes": (1, 2, 3)},
    ],
    "InstanceNorm": [*OF_ALL, *OF_BIAS, {"feature_axes": 1}, {"feature_axes": (-2, -1)}],
    "LayerNorm": [*OF_ALL, *OF_BIAS, *OF_AXES],
    "RMSNorm": [*OF_ALL, *OF_AXES],
}
LINEN_ONLY = {"force_float32_reductions": False}
TWO_BATCH_AXES = {"num_groups": 4, "reduction_axes": (-2, -1)}  # Linen's alone: NNX is wrong, see below
DTYPES = list(itertools.product(["float32", "bfloat16"], [None, "float32", "bfloat16"], ["float32", "bfloat16"]))


def with_drawn(name, kwargs):
    """With parameters drawn, that they matter, unless the case says otherwise."""
    return {**{k: v for k, v in DRAWN.items() if name != "RMSNorm" or k != "bias_init"}, **kwargs}


class Linen:
    """Both libraries' layers through one interface: parameters, and the call."""

    modules = (groupnorm_jax, linen)

    @staticmethod
    def made(module, name, kwargs, x):
        layer = getattr(module, name)(**kwargs)
        variables = layer.init(jax.random.key(1), x)
        return dict(variables.get("params", {})), functools.partial(layer.apply, variables)


class NNX:
    modules = (ours_nnx, nnx)

    @staticmethod
    def made(module, name, kwargs, x):
        if not hasattr(module, name):
            pytest.skip(f"Flax {flax.__version__} has no nnx.{name}")
        axes = kwargs.get("feature_axes", -1)
        features = math.prod(x.shape[axis] for axis in ([axes] if isinstance(axes, int) else axes))
        layer = getattr(module, name)(features, **kwargs, rngs=nnx.Rngs(1))
        return nnx.to_pure_dict(nnx.state(layer, nnx.Param)), layer


BOTH = pytest.mark.parametrize("api", [Linen, NNX])
CASES = [
    # By default the first three of each layer in Linen.
    pytest.param(api, name, kwargs, marks=() if api is Linen and n < 3 else pytest.mark.full)
    for api in (Linen, NNX)
    for name, table in ARGUMENTS.items()
    for n, kwargs in enumerate(table)
]


def both(api, name, kwargs, x, **call):
    """Parameters and result, ours and Flax's."""
    ours, theirs = api.modules
    params, layer = api.made(ours, name, kwargs, x)
    found = layer(x, **call)
    with as_they_please():
        their_params, layer = api.made(theirs, name, kwargs, x)
        return (params, found), (their_params, layer(x, **call))


def agree(ours, theirs, tolerance):
    chex.assert_trees_all_equal(ours[0], theirs[0])
    chex.assert_trees_all_equal_shapes_and_dtypes(ours[0], theirs[0])
    assert ours[1].dtype == theirs[1].dtype
    assert relative_error(ours[1], theirs[1]) <= tolerance


@pytest.mark.sample(4)
@pytest.mark.parametrize(("api", "name", "kwargs"), [*CASES, (Linen, "GroupNorm", TWO_BATCH_AXES)])
def test_what_flax_computes(api, name, kwargs):
    agree(
        *both(api, name, with_drawn(name, kwargs), jnp.asarray(X)), FLAX[str(jnp.dtype(kwargs.get("dtype", "float32")))]
    )


@pytest.mark.sample(5)
@pytest.mark.parametrize("api", first([Linen, NNX]))
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("of_x", "dtype", "param_dtype"), first_rows(DTYPES, 4))
def test_what_flax_promotes(api, name, of_x, dtype, param_dtype):
    kwargs = with_drawn(name, {"dtype": dtype and jnp.dtype(dtype), "param_dtype": jnp.dtype(param_dtype)})
    narrow = "bfloat16" if "bfloat16" in {of_x, dtype, param_dtype} else "float32"
    agree(*both(api, name, kwargs, jnp.asarray(X, of_x)), FLAX[narrow])


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_what_flax_computes_in_narrow_reductions_if_told_to(name, dtype):
    agree(*both(Linen, name, with_drawn(name, LINEN_ONLY), jnp.asarray(X, dtype)), FLAX[dtype])


@pytest.mark.full
@pytest.mark.usefixtures("x64")
@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_what_flax_computes_in_float64(api, name):
    kwargs = with_drawn(name, {"param_dtype": jnp.float64})
    ours, theirs = both(api, name, kwargs, jnp.asarray(X, jnp.float64))
    assert ours[1].dtype == jnp.float64
    agree(ours, theirs, FLAX["float64"])


@pytest.mark.full
@pytest.mark.parametrize("api", first([Linen, NNX]))
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [*((name, {}) for name in NAMES), *((name, {"reduction_axes": (1, 2, 3)}) for name in ("LayerNorm", "RMSNorm"))],
)
def test_what_flax_computes_with_a_mask_of_the_inputs_shape(api, name, kwargs):
    mask = jnp.asarray(np.random.default_rng(1).random(SHAPE) < 0.7)
    ours, theirs = both(api, name, with_drawn(name, kwargs), jnp.asarray(X), mask=mask)
    # Where the mask keeps nothing, ours normalise a 0 and Flax's what stands there; neither is anybody's answer.
    agree(*((params, np.asarray(y)[np.asarray(mask)]) for params, y in (ours, theirs)), RIGHT)


@pytest.mark.full
@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_what_flax_computes_across_devices_that_hold_as_much(api, name):
    kwargs = with_drawn(name, {"axis_name": "devices"})

    def mapped(module):
        def run(x):
            return api.made(module, name, kwargs, x)[1](x)

        return jax.vmap(run, axis_name="devices")(jnp.asarray(X).reshape(2, 2, 3, 2, 64))

    ours, theirs = api.modules
    found = mapped(ours)
    with as_they_please():
        assert relative_error(found, mapped(theirs)) <= RIGHT


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", NAMES)
def test_parameters_inside_a_parent_have_flax_names_and_values(name):
    def parent(layer):
        class Parent(linen.Module):
            @linen.compact
            def __call__(self, x):
                return layer(**with_drawn(name, {}))(layer(**with_drawn(name, {}))(x))

        return Parent()

    x = jnp.asarray(X)
    ours, theirs = (parent(getattr(module, name)).init(jax.random.key(3), x) for module in Linen.modules)
    assert set(ours["params"]) == {f"{name}_0", f"{name}_1"}
    chex.assert_trees_all_equal(ours, theirs)


@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_arguments_have_flax_names_order_and_defaults(api, name):
    if not hasattr(api.modules[1], name):
        pytest.skip(f"Flax {flax.__version__} has no nnx.{name}")
    # NNX's metaclass takes *args and **kwargs: the constructor itself says what it takes.
    ours, theirs = (inspect.signature(getattr(module, name).__init__).parameters for module in api.modules)
    others = {"parent", "name", "promote_dtype"}  # Flax's own, and what ours promotes by itself
    mine, flaxs = (
        [(n, p.kind) for n, p in parameters.items() if n in theirs and n not in others] for parameters in (ours, theirs)
    )
    assert sorted(mine) == sorted(flaxs)
    by_place = [[n for n, kind in names if kind != inspect.Parameter.KEYWORD_ONLY] for names in (mine, flaxs)]
    assert by_place[0] == by_place[1]
    assert len(by_place[0]) > (1 if api is NNX else 10)
    plain = (bool, int, float, type(None))
    assert {n: ours[n].default for n, p in theirs.items() if isinstance(p.default, plain) and n not in others} == {
        n: p.default for n, p in theirs.items() if isinstance(p.default, plain) and n not in others
    }


# Where Flax is wrong. Each test holds ours to the right answer first, and skips if Flax has it too.


def is_wrong(error, bug):
    if error <= RIGHT:
        pytest.skip(f"Flax {flax.__version__} has mended this: {bug}; ours is right too, this test may go")
    assert error > WRONG


def test_bug_of_flax_nnx_group_norm_repeats_statistics_along_axis_1_also_where_that_is_a_batch_axis():
    kwargs = TWO_BATCH_AXES
    grouped = np.asarray(X, np.float64).reshape(2, 3, 4, 4, 16)
    centred = grouped - grouped.mean((2, 4), keepdims=True)
    want = (centred / np.sqrt((centred**2).mean((2, 4), keepdims=True) + 1e-6)).reshape(SHAPE)
    (_, found), (_, of_linen) = both(Linen, "GroupNorm", kwargs, jnp.asarray(X))
    assert relative_error(found, want) <= RIGHT
    assert relative_error(of_linen, want) <= RIGHT
    (_, found), (_, of_nnx) = both(NNX, "GroupNorm", kwargs, jnp.asarray(X))
    assert relative_error(found, want) <= RIGHT
    is_wrong(relative_error(of_nnx, want), "nnx.GroupNorm with two batch axes")


@pytest.mark.full
@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_bug_of_flax_devices_weigh_alike_however_many_values_their_masks_keep(api, name):
    axes = {} if name == "InstanceNorm" else {"reduction_axes": (1, 2, 3)}
    # Of each sample the first device holds one column more, and that column stands out.
    x = jnp.asarray(X).at[:, :, 0].add(5.0)
    columns = jnp.array([True, True, True, False]).reshape(1, 1, 4, 1)
    mask = jnp.broadcast_to(columns, SHAPE)

    def over_devices(module):
        def run(x, mask):
            return api.made(module, name, {**axes, "axis_name": "devices"}, x)[1](x, mask=mask)

        halves = (jnp.stack(jnp.split(array, 2, axis=2)) for array in (x, mask))
        return jnp.concatenate(list(jax.vmap(run, axis_name="devices")(*halves)), axis=2)[:, :, :3]

    (_, whole), (_, want) = both(api, name, axes, x, mask=mask)
    assert relative_error(whole[:, :, :3], want[:, :, :3]) <= RIGHT
    assert relative_error(over_devices(api.modules[0]), want[:, :, :3]) <= RIGHT
    with as_they_please():
        error = relative_error(over_devices(api.modules[1]), want[:, :, :3])
    is_wrong(error, "the unweighted mean over devices whose masks keep different counts")


@pytest.mark.full
@BOTH
def test_bug_of_flax_group_norm_takes_no_mask_that_broadcasts_over_channels(api):
    mask = jnp.asarray(np.random.default_rng(1).random((*SHAPE[:3], 1)) < 0.7)
    kwargs = {"num_groups": 4}
    full = jnp.broadcast_to(mask, SHAPE)
    (_, want), (_, of_flax) = both(api, "GroupNorm", kwargs, jnp.asarray(X), mask=full)
    kept = np.asarray(full)
    assert relative_error(np.asarray(want)[kept], np.asarray(of_flax)[kept]) <= RIGHT
    _, layer = api.made(api.modules[0], "GroupNorm", kwargs, jnp.asarray(X))
    chex.assert_trees_all_close(layer(jnp.asarray(X), mask=mask), want, atol=RIGHT)
    with as_they_please():
        _, layer = api.made(api.modules[1], "GroupNorm", kwargs, jnp.asarray(X))
        try:
            layer(jnp.asarray(X), mask=mask)
        except TypeError:
            return
    pytest.skip(f"Flax {flax.__version__} has mended this: it takes masks that broadcast over channels")


@pytest.mark.sample(1)
@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_bug_of_flax_a_sample_with_nothing_left_by_the_mask_is_nan(api, name):
    axes = {} if name == "InstanceNorm" else {"reduction_axes": (1, 2, 3)}
    mask = jnp.broadcast_to(jnp.array([True, False]).reshape(2, 1, 1, 1), SHAPE)
    (params, found), (_, of_flax) = both(api, name, with_drawn(name, axes), jnp.asarray(X), mask=mask)
    beta = params.get("bias", np.zeros(SHAPE[-1]))
    np.testing.assert_array_equal(found[1], np.broadcast_to(beta, SHAPE[1:]))
    assert relative_error(found[0], of_flax[0]) <= RIGHT
    if not np.isnan(of_flax[1]).any():
        pytest.skip(f"Flax {flax.__version__} has mended this: no NaN in a sample with nothing left")
    assert np.isnan(of_flax[1]).all()
