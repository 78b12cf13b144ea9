"""Conversion against the libraries themselves, the extra [peers], and on plain dicts, which need none of them."""

import contextlib
import os
import warnings
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pytest
from flax import linen as nn
from flax import nnx

from groupnorm_jax import GroupNorm, InstanceNorm, LayerNorm, RMSNorm, convert, group_norm, rms_norm
from groupnorm_jax import nnx as ours_nnx

C, EPS = 6, 3e-4
RNG = np.random.default_rng(0)
SCALE, BIAS = (RNG.normal(mean, 0.5, C).astype(np.float32) for mean in (1.0, 0.0))
# A variance of 1e-4, so that each library's default eps would give other numbers than EPS does.
FIRST = (0.02 + 0.01 * RNG.standard_normal((2, C, 4, 5))).astype(np.float32)
LAST = np.moveaxis(FIRST, 1, -1).copy()
TOLERANCE = 1e-6  # times the largest output; measured at 2.4e-7, in Equinox and Keras

OURS = {"group": GroupNorm, "layer": LayerNorm, "instance": InstanceNorm, "rms": RMSNorm}


@contextlib.contextmanager
def as_they_please():
    """Other libraries' code needs neither JAX's strict rules nor to be free of warnings."""
    with warnings.catch_warnings(), jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
        warnings.simplefilter("ignore")
        yield


def peer(name):
    os.environ.setdefault("KERAS_BACKEND", "jax")
    with as_they_please():
        return pytest.importorskip(name, reason=f"{name} is of the extra [peers]: pip install -e '.[peers]'")


def torch_layer(kind, kwargs, arrays):
    torch = peer("torch")
    if kind == "group":
        layer = torch.nn.GroupNorm(num_channels=C, **kwargs)
    elif kind == "instance":
        layer = torch.nn.InstanceNorm2d(C, affine=bool(arrays), **kwargs)
    else:
        layer = {"layer": torch.nn.LayerNorm, "rms": torch.nn.RMSNorm}[kind](C, **kwargs)
    layer.load_state_dict({name: torch.tensor(array) for name, array in arrays.items()})
    return layer, layer.state_dict(), lambda x: layer(torch.tensor(x)).detach().numpy()


def keras_layer(kind, kwargs, arrays):
    keras = peer("keras")
    names = {"group": "GroupNormalization", "layer": "LayerNormalization", "rms": "RMSNormalization"}
    with as_they_please():
        layer = getattr(keras.layers, names[kind])(**kwargs)
        layer.build(LAST.shape)
        for weight in layer.weights:
            weight.assign(arrays[weight.name])
    return layer, {weight.name: weight for weight in layer.weights}, lambda x: np.asarray(layer(x))


def haiku_layer(kind, kwargs, arrays):
    hk = peer("haiku")
    kwargs = {**kwargs, **({"axis": -1, "param_axis": -1} if kind in {"layer", "rms"} else {})}
    module = {"group": hk.GroupNorm, "layer": hk.LayerNorm, "instance": hk.InstanceNorm, "rms": hk.RMSNorm}[kind]

    def called(x):
        return module(**kwargs, name="norm")(x)

    apply = hk.without_apply_rng(hk.transform(called)).apply
    return None, arrays, lambda x: apply({"norm": arrays}, x)


def equinox_layer(kind, kwargs, arrays):
    eqx = peer("equinox")
    kwargs = {**kwargs, **({"channels": C} if kind == "group" else {"shape": C})}
    layer = {"group": eqx.nn.GroupNorm, "layer": eqx.nn.LayerNorm, "rms": eqx.nn.RMSNorm}[kind](**kwargs)
    for name, array in arrays.items():
        layer = eqx.tree_at(lambda tree, name=name: getattr(tree, name), layer, jnp.asarray(array))
    if kind == "group":
        return layer, arrays, jax.vmap(layer)
    return layer, arrays, jax.vmap(jax.vmap(jax.vmap(layer)))


LAYERS = {"torch": torch_layer, "keras": keras_layer, "haiku": haiku_layer, "equinox": equinox_layer}
NEITHER, BOTH = ((), ("scale", "bias"))
# library, kind, the library's arguments, which of ours it has, whether its channels come first
CASES = [
    ("torch", "group", {"num_groups": 3, "eps": EPS}, BOTH, True),
    ("torch", "group", {"num_groups": 2, "eps": EPS, "affine": False}, NEITHER, True),
    ("torch", "layer", {"eps": EPS}, BOTH, False),
    ("torch", "layer", {"eps": EPS, "bias": False}, ("scale",), False),
    ("torch", "instance", {"eps": EPS}, BOTH, True),
    ("torch", "instance", {"eps": EPS}, NEITHER, True),
    ("torch", "rms", {"eps": EPS}, ("scale",), False),
    ("torch", "rms", {}, ("scale",), False),
    ("torch", "rms", {"elementwise_affine": False}, NEITHER, False),
    ("keras", "group", {"groups": 3, "epsilon": EPS}, BOTH, False),
    ("keras", "group", {"groups": 3}, BOTH, False),
    ("keras", "group", {"groups": -1, "epsilon": EPS, "scale": False}, ("bias",), False),
    ("keras", "group", {"groups": 2, "epsilon": EPS, "scale": False, "center": False}, NEITHER, False),
    ("keras", "layer", {"epsilon": EPS}, BOTH, False),
    ("keras", "layer", {"epsilon": EPS, "center": False}, ("scale",), False),
    ("keras", "rms", {"epsilon": EPS}, ("scale",), False),
    ("haiku", "group", {"groups": 3, "eps": EPS}, BOTH, False),
    ("haiku", "group", {"groups": 3, "eps": EPS, "data_format": "channels_first"}, BOTH, True),
    ("haiku", "group", {"groups": 2, "eps": EPS, "create_scale": False}, ("bias",), False),
    ("haiku", "layer", {"eps": EPS, "create_scale": True, "create_offset": True}, BOTH, False),
    ("haiku", "instance", {"eps": EPS, "create_scale": True, "create_offset": True}, BOTH, False),
    ("haiku", "rms", {"eps": EPS}, ("scale",), False),
    ("equinox", "group", {"groups": 3, "eps": EPS}, BOTH, True),
    ("equinox", "group", {"groups": 2, "eps": EPS, "channelwise_affine": False}, NEITHER, True),
    ("equinox", "layer", {"eps": EPS}, BOTH, False),
    ("equinox", "layer", {"eps": EPS, "use_weight": False}, ("bias",), False),
    ("equinox", "rms", {"eps": EPS, "use_bias": False}, ("scale",), False),
]
THEIR_NAMES = {
    "torch": ("weight", "bias"),
    "keras": ("gamma", "beta"),
    "haiku": ("scale", "offset"),
    "equinox": ("weight", "bias"),
}


def their_arrays(library, kind, has, first):
    scale, bias = THEIR_NAMES[library]
    if (library, kind) == ("keras", "rms"):
        scale = "scale"
    shape = (C, 1, 1) if library == "haiku" and first else (C,)
    arrays = {"scale": (scale, SCALE.reshape(shape)), "bias": (bias, BIAS.reshape(shape))}
    return dict(arrays[name] for name in has)


def near(got, want):
    want = np.asarray(want)
    assert np.abs(np.asarray(got) - want).max() <= TOLERANCE * np.abs(want).max()


def ours_of(kind, params, kwargs, x, *, first):
    if first and kind == "instance":
        kwargs = {**kwargs, "feature_axes": 1}
    elif first:
        kwargs = {**kwargs, "channel_axis": 1}
    return OURS[kind](**kwargs).apply({"params": params}, jnp.asarray(x))


def without(kwargs, *names):
    return {name: value for name, value in kwargs.items() if name not in names}


@pytest.mark.parametrize(("library", "kind", "theirs", "has", "first"), CASES)
def test_their_layer_and_ours_compute_the_same_and_back_again(library, kind, theirs, has, first):
    x = FIRST if first else LAST
    arrays = their_arrays(library, kind, has, first)
    layer, named, run = LAYERS[library](kind, theirs, arrays)
    with as_they_please():
        want = np.asarray(run(x))
    epsilon, groups = theirs.get("eps", theirs.get("epsilon")), theirs.get("groups", theirs.get("num_groups"))
    if layer is None:
        params, kwargs = convert.to_flax(library, named, num_groups=groups, epsilon=epsilon)
    else:
        params, kwargs = convert.to_flax(library, layer)
    if kind == "rms" and layer is None:
        kwargs = without(kwargs, "use_bias")
    assert set(params) == set(has)
    assert all(type(array) is np.ndarray and array.shape == (C,) for array in params.values())
    near(ours_of(kind, params, kwargs, x, first=first), want)
    another = ours_of(kind, params, {**kwargs, "epsilon": 3 * kwargs["epsilon"]}, x, first=first)
    assert np.abs(another - want).max() > 100 * TOLERANCE  # so the epsilon told

    by_name = convert.to_flax(library, named, num_groups=kwargs.get("num_groups"), epsilon=kwargs["epsilon"])
    assert without(by_name[1], "use_bias") == without(kwargs, "use_bias")
    jax.tree.map(np.testing.assert_array_equal, by_name[0], params)

    back, their_kwargs = convert.from_flax(library, params, **kwargs)
    scale, bias = THEIR_NAMES[library]
    assert back.keys() == {{"scale": scale, "bias": bias}[name] for name in has}
    again = dict(zip(arrays, back.values(), strict=True))  # Keras has two names for scale
    jax.tree.map(np.testing.assert_array_equal, again, {name: array.reshape(-1) for name, array in arrays.items()})
    again = {name: array.reshape(arrays[name].shape) for name, array in again.items()}
    _, _, run = LAYERS[library](kind, constructor(library, kind, theirs, their_kwargs), again)
    with as_they_please():
        near(run(x), want)


def constructor(library, kind, theirs, kwargs):
    """What came back, and what the parameters cannot say."""
    extra = {"data_format"} | ({"elementwise_affine", "bias"} if library == "torch" else set())
    kwargs = {**kwargs, **{name: value for name, value in theirs.items() if name in extra}}
    return without(kwargs, "scale", "center", "create_offset") if kind == "rms" else kwargs


def test_there_is_a_case_of_each_kind_in_each_library_that_has_it():
    kinds = {(library, kind) for library, kind, *_ in CASES}
    lacking = {("keras", "instance"), ("equinox", "instance")}
    assert kinds == {(library, kind) for library in LAYERS for kind in OURS} - lacking


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_torch_dtypes_and_values_are_kept_and_not_shared(dtype):
    torch = peer("torch")
    layer = torch.nn.GroupNorm(3, C, dtype=getattr(torch, dtype))
    torch.nn.init.normal_(layer.weight)
    params, _ = convert.to_flax("torch", layer)
    assert params["scale"].dtype == jnp.dtype(dtype)
    kept = layer.weight.detach().double().numpy().copy()
    with torch.no_grad():
        layer.weight.add_(1)
    np.testing.assert_array_equal(params["scale"].astype(np.float64), kept)


def test_torch_norms_by_running_statistics_are_refused():
    torch = peer("torch")
    for layer in (torch.nn.BatchNorm2d(C), torch.nn.InstanceNorm2d(C, track_running_stats=True)):
        with pytest.raises(ValueError, match="keeps running statistics of batches"):
            convert.to_flax("torch", layer)
        with pytest.raises(ValueError, match=r"parameters of torch's norms are weight and bias, got .*running_mean"):
            convert.to_flax("torch", layer.state_dict(), epsilon=EPS)


def test_keras_layers_that_are_not_built_or_divide_by_no_root_are_refused():
    keras = peer("keras")
    with pytest.raises(
        TypeError, match=r"gamma or scale, beta and epsilon, but this GroupNormalization does not; build it first"
    ):
        convert.to_flax("keras", keras.layers.GroupNormalization(3))
    with as_they_please():
        scaled = keras.layers.LayerNormalization(rms_scaling=True)
        scaled.build(LAST.shape)
    with pytest.raises(ValueError, match=r"LayerNormalization has rms_scaling=True.* train an RMSNormalization"):
        convert.to_flax("keras", scaled)


def test_equinox_rms_norm_has_an_offset_which_the_function_takes():
    eqx = peer("equinox")
    layer, _, run = equinox_layer("rms", {"eps": EPS}, {"weight": SCALE, "bias": BIAS})
    assert isinstance(layer, eqx.nn.RMSNorm)
    params, kwargs = convert.to_flax("equinox", layer)
    near(rms_norm(jnp.asarray(LAST), params["scale"], params["bias"], eps=kwargs["epsilon"]), run(LAST))
    with pytest.raises(TypeError, match="use_bias"):
        RMSNorm(**kwargs)


@pytest.mark.parametrize("shape", [(C,), (1, 1, 1, C), (C, 1, 1), (1, C, 1, 1)])
@pytest.mark.parametrize("library", ["torch", "keras", "haiku", "equinox", "flax"])
def test_plain_dicts_there_and_back(library, shape):
    scale, bias = THEIR_NAMES.get(library, ("scale", "bias"))
    source = {bias: jnp.asarray(BIAS).reshape(shape), scale: jnp.asarray(SCALE).reshape(shape)}
    params, kwargs = convert.to_flax(library, source, num_groups=np.int64(3), epsilon=EPS)
    assert kwargs == {"num_groups": 3, "epsilon": EPS, "use_scale": True, "use_bias": True}
    y = GroupNorm(**kwargs).apply({"params": params}, jnp.asarray(LAST))
    near(y, group_norm(jnp.asarray(LAST), 3, jnp.asarray(SCALE), jnp.asarray(BIAS), eps=EPS))
    back, _ = convert.from_flax(library, params, **kwargs)
    jax.tree.map(np.testing.assert_array_equal, back, {scale: SCALE, bias: BIAS})


def test_flax_layers_and_ours_of_nnx_say_their_epsilon_and_groups():
    rngs = nnx.Rngs(0)
    for layer in (
        nnx.GroupNorm(C, 3, epsilon=EPS, rngs=rngs),
        ours_nnx.GroupNorm(C, 3, epsilon=EPS, rngs=rngs),
        ours_nnx.GroupNorm(C, None, 2, epsilon=EPS, rngs=rngs),
    ):
        params, kwargs = convert.to_flax("flax", layer)
        assert kwargs == {"num_groups": 3, "epsilon": EPS, "use_scale": True, "use_bias": True}
        np.testing.assert_array_equal(params["scale"], np.ones(C))
        assert convert.from_flax("torch", layer)[1] == {"num_groups": 3, "eps": EPS, "affine": True}
    for layer in (nnx.RMSNorm(C, epsilon=EPS, rngs=rngs), ours_nnx.RMSNorm(C, epsilon=EPS, rngs=rngs)):
        _, kwargs = convert.to_flax("flax", layer)
        assert kwargs == {"epsilon": EPS, "use_scale": True}
        RMSNorm(**kwargs)
        assert convert.from_flax("haiku", layer)[1] == {"eps": EPS, "create_scale": True}


def test_without_parameters():
    params, kwargs = convert.to_flax("haiku", {}, num_groups=3, epsilon=EPS)
    assert params == {}
    assert kwargs == {"num_groups": 3, "epsilon": EPS, "use_scale": False, "use_bias": False}
    assert convert.from_flax("equinox", params, **kwargs) == (
        {},
        {"groups": 3, "eps": EPS, "channelwise_affine": False},
    )


@pytest.mark.parametrize("library", ["torch", "equinox"])
@pytest.mark.parametrize("zero_centred", [False, True])
def test_where_scale_and_offset_come_together_the_missing_one_is_given(library, zero_centred):
    arrays, kwargs = convert.from_flax(
        library, {"bias": BIAS}, num_groups=3, epsilon=EPS, use_scale=False, zero_centred=zero_centred
    )
    np.testing.assert_array_equal(arrays["weight"], np.full(C, 0.0 if zero_centred else 1.0))
    np.testing.assert_array_equal(arrays["bias"], BIAS)
    assert True in kwargs.values()
    arrays, _ = convert.from_flax(library, {"scale": SCALE}, num_groups=3, epsilon=EPS)
    np.testing.assert_array_equal(arrays["bias"], np.zeros(C))


@pytest.mark.parametrize("dtype", [np.float32, ml_dtypes.bfloat16])
def test_zero_centred_scales_are_shifted_in_float32_and_come_back_exactly(dtype):
    stored = (SCALE - 1).astype(dtype)
    params, kwargs = convert.to_flax("torch", {"weight": stored}, epsilon=EPS, zero_centred=True)
    assert params["scale"].dtype == np.float32
    np.testing.assert_array_equal(params["scale"], stored.astype(np.float32) + 1)
    back, _ = convert.from_flax("torch", params, **kwargs, zero_centred=True)
    np.testing.assert_allclose(back["weight"], stored.astype(np.float32), rtol=0, atol=6e-8)


REFUSED = [
    (
        ("mlx", {}),
        {"epsilon": EPS},
        ValueError,
        r"library='mlx' is unknown; use one of 'torch', 'keras', 'haiku', 'equinox', 'flax'$",
    ),
    ((["torch"], {}), {"epsilon": EPS}, ValueError, r"library=\['torch'\] is unknown; use one of 'torch'"),
    (("torch", {"gamma": SCALE}), {"epsilon": EPS}, ValueError, r"are weight and bias, got \['gamma'\]; give the map"),
    (
        ("haiku", {"norm": {"scale": SCALE}}),
        {"epsilon": EPS},
        ValueError,
        r"are scale and offset, got \['norm'\]; give the mapping of a single layer",
    ),
    (
        ("torch", {"weight": SCALE}),
        {},
        ValueError,
        "epsilon must be given with a mapping.* got epsilon=None; .* torch's default is 1e-5, that of RMSNorm",
    ),
    (("keras", {"gamma": SCALE}), {}, ValueError, "1e-3, that of RMSNormalization 1e-6"),
    (("torch", {"weight": np.ones((3, 4))}), {"epsilon": EPS}, ValueError, r"scale must squeeze .*got shape \(3, 4\)"),
    (("torch", {"bias": np.float32(1)}), {"epsilon": EPS}, ValueError, r"bias must squeeze to shape \(C,\)"),
    (("torch", {"weight": SCALE, "bias": BIAS[:3]}), {"epsilon": EPS}, ValueError, r"scale \(6,\), bias \(3,\)"),
    (("torch", {"weight": SCALE}), {"epsilon": "1e-5"}, TypeError, "epsilon must be a real number, got epsilon='1e-5'"),
    (
        ("torch", {"weight": SCALE}),
        {"epsilon": -1e-5},
        ValueError,
        "epsilon must be finite and not negative, got epsilon=-1e-05",
    ),
    (("torch", {"weight": SCALE}), {"epsilon": EPS, "num_groups": 2.0}, TypeError, "num_groups must be an integer"),
    (
        ("torch", SCALE),
        {"epsilon": EPS},
        TypeError,
        "must have weight, bias and eps, but this ndarray does not; build it first",
    ),
    (("flax", nn.GroupNorm(3)), {}, TypeError, "this GroupNorm does not; .* give its parameters by name"),
]


@pytest.mark.parametrize(("args", "kwargs", "error", "match"), REFUSED)
def test_refusals(args, kwargs, error, match):
    with pytest.raises(error, match=match):
        convert.to_flax(*args, **kwargs)


def test_what_is_given_and_what_the_layer_says_must_agree():
    layer = SimpleNamespace(weight=SCALE, bias=BIAS, eps=EPS, num_groups=3)
    assert convert.to_flax("torch", layer, num_groups=3, epsilon=EPS)[1]["epsilon"] == EPS
    with pytest.raises(
        ValueError, match=r"epsilon must agree with the layer, got epsilon=1e-05, it has 0\.0003; leave epsilon out"
    ):
        convert.to_flax("torch", layer, epsilon=1e-5)
    with pytest.raises(
        ValueError, match="num_groups must agree with the layer, got num_groups=2, it has 3; leave num_groups out"
    ):
        convert.to_flax("torch", layer, num_groups=2)
    with pytest.raises(ValueError, match=r"got use_bias=True with \['scale'\]; leave use_bias out"):
        convert.from_flax("torch", {"scale": SCALE}, epsilon=EPS, use_bias=True)
    with pytest.raises(ValueError, match="library='jax' is unknown"):
        convert.from_flax("jax", {})
