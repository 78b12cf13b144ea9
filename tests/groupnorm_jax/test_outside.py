"""What others check their norms with, on ours: ONNX's node tests, PyTorch's samples, Keras's own tests, Flax itself.

All but Flax are of the extra [peers]. What they bring is counted, so that nothing found is no success.
"""

import contextlib
import functools
import importlib
import inspect
import itertools
import math
import os
import warnings
from types import SimpleNamespace

import chex
import flax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx
from flax.linen.initializers import normal

import groupnorm_jax
from groupnorm_jax import GroupNorm, LayerNorm, RMSNorm, group_norm, instance_norm, layer_norm, rms_norm
from groupnorm_jax import nnx as ours_nnx

# Largest error, relative to max(1, largest value), and what was measured.
ONNX = 1e-6  # 2.0e-7
TORCH = {"float32": 1e-6, "float64": 1e-14}  # 2.3e-7, 3e-15
TORCH_GRADIENT = 1e-13  # 2.8e-14, float64
# By the narrowest dtype of input, parameters and result: 2e-16, 1.5e-6, 7.1e-4, 6.3e-3. Flax's share is the larger.
FLAX = {"float64": 1e-15, "float32": 5e-6, "float16": 1.5e-3, "bfloat16": 1.5e-2}
RIGHT = 2e-6  # 3.8e-7, float32, where Flax is right
WRONG = 0.05  # 0.09, 0.10, 0.16 and 0.32, where it is wrong


@contextlib.contextmanager
def as_they_please():
    """Other libraries' code needs neither JAX's strict rules nor to be free of warnings."""
    with warnings.catch_warnings(), jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        warnings.simplefilter("ignore")
        yield


def peer(name, within=""):
    os.environ.setdefault("KERAS_BACKEND", "jax")
    with as_they_please():
        pytest.importorskip(name, reason=f"{name} is of the extra [peers]: pip install -e '.[peers]'")
        return importlib.import_module(name + within)


def relative_error(got, want):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    assert got.shape == want.shape
    return np.abs(got - want).max(initial=0.0) / max(1.0, np.abs(want).max(initial=0.0))


# ONNX: one node a test, inputs and outputs drawn and computed by its reference in NumPy.


@functools.cache
def onnx_cases():
    loader = peer("onnx", ".backend.test.loader")
    with as_they_please():
        return loader.load_model_tests(kind="node")


def onnx_from_axis(norm, *, axis=-1, epsilon=1e-5):
    def run(x, *parameters):
        axes = tuple(range(axis % x.ndim, x.ndim))
        return norm(x, *parameters, eps=epsilon, axes=axes, feature_axes=axes)

    return run


ONNX_NORMS = {
    "GroupNormalization": (
        2,
        lambda num_groups, epsilon=1e-5: (
            lambda x, scale, bias: group_norm(x, num_groups, scale, bias, eps=epsilon, channel_axis=1)
        ),
    ),
    "InstanceNormalization": (
        2,
        lambda epsilon=1e-5: lambda x, scale, bias: instance_norm(x, scale, bias, eps=epsilon, feature_axes=1),
    ),
    "LayerNormalization": (19, functools.partial(onnx_from_axis, layer_norm)),
    "RMSNormalization": (19, functools.partial(onnx_from_axis, rms_norm)),
}


@pytest.mark.parametrize("op", ONNX_NORMS)
def test_onnx_node_tests(op):
    helper = peer("onnx", ".helper")
    count, made_with = ONNX_NORMS[op]
    found = 0
    for case in onnx_cases():
        nodes, opset = case.model.graph.node, case.model.opset_import[0].version
        if len(nodes) != 1 or nodes[0].op_type != op or "expanded" in case.name:
            continue
        if op == "GroupNormalization" and opset < 21:  # a scale for each group, since mended
            continue
        run = made_with(**{a.name: helper.get_attribute_value(a) for a in nodes[0].attribute})
        for inputs, (want, *_) in case.data_sets:
            assert relative_error(run(*map(jnp.asarray, inputs)), want) <= ONNX, case.name
            found += 1
    assert found >= count


# PyTorch: the inputs that its own operators are tested with. `ours` takes x, weight and bias, and so does `theirs`.


def torch_ops():
    peer("expecttest")
    return peer("torch", ".testing._internal.common_methods_invocations").op_db


def torch_op(name):
    return next(op for op in torch_ops() if op.name == name)


def group_norm_like(functional, sample):
    weight, bias = sample.kwargs.get("weight"), sample.kwargs.get("bias")
    (groups,), eps = sample.args, sample.kwargs.get("eps", 1e-5)

    def ours(x, weight, bias):
        return group_norm(x, groups, weight, bias, eps=eps, channel_axis=1)

    def theirs(x, weight, bias):
        if weight is None and bias is not None:  # of bias alone PyTorch 2.13 has no gradient, but an internal error
            weight = bias.new_ones(bias.shape)
        return functional.group_norm(x, groups, weight, bias, eps)

    return ours, theirs, weight, bias, eps


def instance_norm_like(functional, sample):
    assert sample.kwargs.get("use_input_stats", True)
    weight, bias, eps = (sample.kwargs.get(name) for name in ("weight", "bias", "eps"))
    eps = 1e-5 if eps is None else eps

    def ours(x, weight, bias):
        return instance_norm(x, weight, bias, eps=eps, feature_axes=1)

    return (
        ours,
        lambda x, weight, bias: functional.instance_norm(x, None, None, weight, bias, eps=eps),
        weight,
        bias,
        eps,
    )


def layer_norm_like(functional, sample):
    shape, weight, bias = (*sample.args, None, None)[:3]
    axes, eps = tuple(range(-len(shape), 0)), sample.kwargs.get("eps", 1e-5)

    def ours(x, weight, bias):
        return layer_norm(x, weight, bias, eps=eps, axes=axes, feature_axes=axes)

    return ours, lambda x, weight, bias: functional.layer_norm(x, shape, weight, bias, eps), weight, bias, eps


def rms_norm_like(functional, sample):
    shape, weight = (*sample.args, None)[:2]
    axes, eps = tuple(range(-len(shape), 0)), sample.kwargs.get("eps")
    epsilon = float(jnp.finfo(str(sample.input.dtype).removeprefix("torch.")).eps) if eps is None else eps

    def ours(x, weight, bias):
        return rms_norm(x, weight, bias, eps=epsilon, axes=axes, feature_axes=axes)

    return ours, lambda x, weight, _: functional.rms_norm(x, shape, weight, eps), weight, None, epsilon


# name -> how its samples are read, how many there are at least
TORCH_NORMS = {
    "group_norm": (group_norm_like, 33),
    "instance_norm": (instance_norm_like, 9),
    "layer_norm": (layer_norm_like, 6),
    "rms_norm": (rms_norm_like, 6),
}


def parameters_and_without(name, weight, bias):
    """The sample's, and none; where one may stand alone, that too, for PyTorch's own samples forget to."""
    alone = [(weight, None), (None, bias)] if name in {"group_norm", "layer_norm"} else []
    given = [(weight, bias), *alone, (None, None)]
    return {tuple(map(id, pair)): pair for pair in given}.values()


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", TORCH_NORMS)
def test_torch_samples(name, dtype):
    torch, op = peer("torch"), torch_op(f"nn.functional.{name}")
    like, count = TORCH_NORMS[name]
    torch.manual_seed(0)
    samples = list(op.reference_inputs("cpu", getattr(torch, dtype), requires_grad=True))
    assert len(samples) >= count
    for sample in samples:
        ours, theirs, *parameters, eps = like(torch.nn.functional, sample)
        for weight, bias in parameters_and_without(name, *parameters):
            inputs = [sample.input, weight, bias]
            arrays = [None if t is None else jnp.asarray(t.detach().numpy()) for t in inputs]
            if eps < 0:
                with pytest.raises(ValueError, match="eps must be finite and not negative"):
                    ours(*arrays)
                continue
            want = theirs(*inputs)
            got, pullback = jax.vjp(ours, *arrays)
            assert got.dtype == dtype
            assert relative_error(got, want.detach().numpy()) <= TORCH[dtype], sample
            if dtype == "float64":
                weights = torch.randn_like(want)
                there = [t for t in inputs if t is not None]
                gradients = torch.autograd.grad(want, there, weights)
                for g, w in zip(
                    (g for g in pullback(jnp.asarray(weights.numpy())) if g is not None), gradients, strict=True
                ):
                    assert relative_error(g, w.numpy()) <= TORCH_GRADIENT, sample


# What PyTorch says of a normalized_shape that x has not; ours takes axes, which x has or has not.
OF_NORMALIZED_SHAPE = ("Expected normalized_shape to be at least 1-dimensional", "Given normalized_shape=")
TORCH_ERRORS = [
    ("nn.functional.group_norm", group_norm_like, 2),
    ("native_layer_norm", layer_norm_like, 2),
    ("nn.functional.rms_norm", rms_norm_like, 1),
]


@pytest.mark.parametrize(("name", "like", "count"), TORCH_ERRORS)
def test_what_torch_refuses_ours_refuse(name, like, count):
    torch, op = peer("torch"), torch_op(name)
    refused = 0
    for error in op.error_inputs("cpu"):
        if error.error_regex.startswith(OF_NORMALIZED_SHAPE):
            continue
        ours, _, *parameters, _ = like(torch.nn.functional, error.sample_input)
        arrays = [None if t is None else jnp.asarray(t.numpy()) for t in (error.sample_input.input, *parameters)]
        with pytest.raises((TypeError, ValueError)):
            ours(*arrays)
        refused += 1
    assert refused >= count


# Keras: its own test methods, which have literal vectors, with our layers in place of Keras's.


class _Ours:
    def __init__(self, *, axis=-1, epsilon=1e-3, scale=True, center=True, dtype=None, **kwargs):
        self.axis, self.epsilon, self.kwargs = axis, epsilon, kwargs
        self.use = {"use_scale": scale, "use_bias": center}
        self.dtype = dtype
        self.gamma = self.scale = np.float32(1)
        self.beta = np.float32(kwargs.pop("beta_initializer", None) == "ones")
        assert kwargs.pop("gamma_initializer", "ones") == "ones"

    def build(self, input_shape):
        """Keras makes parameters here; ours are made when called."""

    def __call__(self, x):
        x = jnp.asarray(np.asarray(x), self.dtype or jnp.float32)
        with jax.numpy_rank_promotion("raise"), jax.numpy_dtype_promotion("strict"):
            return self.layer(x).init_with_output(jax.random.key(0), x)[0]


class OurGroupNormalization(_Ours):
    def layer(self, x):
        groups = self.kwargs["groups"]
        groups = x.shape[self.axis] if groups == -1 else groups
        return GroupNorm(groups, epsilon=self.epsilon, channel_axis=self.axis, **self.use)


class OurLayerNormalization(_Ours):
    def layer(self, x):  # noqa: ARG002 - as its siblings
        bias_init = linen.initializers.constant(self.beta)
        axes = {"reduction_axes": self.axis, "feature_axes": self.axis}
        return LayerNorm(epsilon=self.epsilon, bias_init=bias_init, **axes, **self.use)


class OurRMSNormalization(_Ours):
    def __init__(self, **kwargs):
        super().__init__(**{"epsilon": 1e-6, **kwargs})

    def layer(self, x):  # noqa: ARG002 - as its siblings
        return RMSNorm(epsilon=self.epsilon, reduction_axes=self.axis, feature_axes=self.axis)


KERAS_TESTS = {
    "group": [
        "test_broadcasting_2d_channels_first",
        "test_correctness_1d",
        "test_correctness_2d",
        "test_correctness_instance_norm",
        "test_groups_instance_norm",
    ],
    "layer": ["test_correctness", "test_output", "test_unsorted_axis"],
    "rms": ["test_correctness", "test_output", "test_unsorted_axis"],
}
KERAS_CLASSES = {
    "group": ("GroupNormalizationTest", {"GroupNormalization": OurGroupNormalization}),
    "layer": ("LayerNormalizationTest", {"LayerNormalization": OurLayerNormalization}),
    "rms": ("RMSNormalizationTest", {"RMSNormalization": OurRMSNormalization}),
}


@pytest.mark.parametrize(("kind", "method"), [(kind, name) for kind, names in KERAS_TESTS.items() for name in names])
def test_keras_own_tests_pass_on_our_layers(kind, method, monkeypatch):
    peer("keras")
    try:
        module = peer("keras", f".src.layers.normalization.{kind}_normalization_test")
    except ModuleNotFoundError:
        pytest.skip("this Keras has left its tests out of the wheel")
    name, ours = KERAS_CLASSES[kind]
    monkeypatch.setattr(module, "layers", SimpleNamespace(**ours))
    with as_they_please():
        getattr(module, name)(method).debug()


# Flax, always there: the same parameters, dtypes and numbers, argument by argument, and where it is wrong.

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
CASES = [(api, name, kwargs) for api in (Linen, NNX) for name, table in ARGUMENTS.items() for kwargs in table]


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


@pytest.mark.parametrize(("api", "name", "kwargs"), [*CASES, (Linen, "GroupNorm", TWO_BATCH_AXES)])
def test_what_flax_computes(api, name, kwargs):
    agree(
        *both(api, name, with_drawn(name, kwargs), jnp.asarray(X)), FLAX[str(jnp.dtype(kwargs.get("dtype", "float32")))]
    )


@BOTH
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("of_x", "dtype", "param_dtype"), DTYPES)
def test_what_flax_promotes(api, name, of_x, dtype, param_dtype):
    kwargs = with_drawn(name, {"dtype": dtype and jnp.dtype(dtype), "param_dtype": jnp.dtype(param_dtype)})
    narrow = "bfloat16" if "bfloat16" in {of_x, dtype, param_dtype} else "float32"
    agree(*both(api, name, kwargs, jnp.asarray(X, of_x)), FLAX[narrow])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_what_flax_computes_in_narrow_reductions_if_told_to(name, dtype):
    agree(*both(Linen, name, with_drawn(name, LINEN_ONLY), jnp.asarray(X, dtype)), FLAX[dtype])


@pytest.mark.usefixtures("x64")
@BOTH
@pytest.mark.parametrize("name", NAMES)
def test_what_flax_computes_in_float64(api, name):
    kwargs = with_drawn(name, {"param_dtype": jnp.float64})
    ours, theirs = both(api, name, kwargs, jnp.asarray(X, jnp.float64))
    assert ours[1].dtype == jnp.float64
    agree(ours, theirs, FLAX["float64"])


@BOTH
@pytest.mark.parametrize(
    ("name", "kwargs"),
    [*((name, {}) for name in NAMES), *((name, {"reduction_axes": (1, 2, 3)}) for name in ("LayerNorm", "RMSNorm"))],
)
def test_what_flax_computes_with_a_mask_of_the_inputs_shape(api, name, kwargs):
    mask = jnp.asarray(np.random.default_rng(1).random(SHAPE) < 0.7)
    ours, theirs = both(api, name, with_drawn(name, kwargs), jnp.asarray(X), mask=mask)
    # Where the mask keeps nothing, ours normalise a 0 and Flax's what stands there; neither is anybody's answer.
    agree(*((params, np.asarray(y)[np.asarray(mask)]) for params, y in (ours, theirs)), RIGHT)


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
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in api.modules)
    others = {"parent", "name", "promote_dtype"}  # Flax's own, and what ours promotes by itself
    expected = [(n, p.kind) for n, p in theirs.items() if n not in others]
    assert [(n, p.kind) for n, p in ours.items() if n in theirs and n not in others] == expected
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
