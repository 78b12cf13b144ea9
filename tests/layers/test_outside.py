"""What others check their norms with, on ours: ONNX's node tests, PyTorch's samples, Keras's own tests.

They are of the extra [peers]. What they bring is counted, so that nothing found is no success.
"""

import functools
import importlib
import os
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from comparing import as_they_please, relative_error
from flax import linen

from groupnorm_jax import GroupNorm, LayerNorm, RMSNorm, group_norm, instance_norm, layer_norm, rms_norm

# Largest error, relative to max(1, largest value), and what was measured.
ONNX = 1e-6  # 2.0e-7
TORCH = {"float32": 1e-6, "float64": 1e-14}  # 2.3e-7, 3e-15
TORCH_GRADIENT = 1e-13  # 2.8e-14, float64


def peer(name, within=""):
    os.environ.setdefault("KERAS_BACKEND", "jax")
    with as_they_please():
        pytest.importorskip(name, reason=f"{name} is of the extra [peers]: pip install -e '.[peers]'")
        return importlib.import_module(name + within)


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
    def layer(self, x):
        bias_init = linen.initializers.constant(self.beta)
        axes = {"reduction_axes": self.axis, "feature_axes": self.axis}
        return LayerNorm(epsilon=self.epsilon, bias_init=bias_init, **axes, **self.use)


class OurRMSNormalization(_Ours):
    def __init__(self, **kwargs):
        super().__init__(**{"epsilon": 1e-6, **kwargs})

    def layer(self, x):
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
