"""What layers and functions refuse: the rule, the values, a way out."""

import jax
import jax.export
import jax.numpy as jnp
import pytest
from comparing import drawn
from flax import nnx
from registry import ENTRIES, EPS, C, G, each_drop_in

import groupnorm_jax
import groupnorm_jax.nnx as ours_nnx


@pytest.mark.parametrize(
    ("layer", "x", "error", "says"),
    [
        (groupnorm_jax.GroupNorm(5), (2, 4, C), ValueError, "12 channels do not split into num_groups=5; 1, 2, 3, 4, 6 or 12"),
        (groupnorm_jax.GroupNorm(4.0), (2, 4, C), TypeError, "num_groups must be an integer, got num_groups=4.0"),
        (groupnorm_jax.GroupNorm(3, 4), (2, 4, C), ValueError, "give either num_groups or group_size, got num_groups=3 and group_size=4"),
        (groupnorm_jax.GroupNorm(None), (2, 4, C), ValueError, "got num_groups=None and group_size=None"),
        (groupnorm_jax.GroupNorm(None, 5), (2, 4, C), ValueError, "do not split into groups of group_size=5"),
        (groupnorm_jax.GroupNorm(3), (C,), ValueError, "batch_axes=0 (to a module, pass x[None])"),
        (groupnorm_jax.GroupNorm(3, reduction_axes=(1, 2, 3)), (8, 8, C), ValueError, "reduction_axes=(1, 2, 3) names axis 3, but x has shape (8, 8, 12); -1 is the last axis, and x[None] adds a batch axis"),
        (groupnorm_jax.GroupNorm(3, reduction_axes=(1, 2)), (2, 8, 8, C), ValueError, "must include the channel axis 3 of x"),
        (groupnorm_jax.GroupNorm(3, reduction_axes=(1, -1, 2)), (2, 8, C), ValueError, "names axis 2 of x"),
        (groupnorm_jax.GroupNorm(3, activation="rely"), (2, 8, C), ValueError, "activation='rely' is not a known name; use 'gelu', 'relu', 'silu' or an elementwise function"),
        (groupnorm_jax.GroupNorm(3, activation=1), (2, 8, C), TypeError, "must be a name or a function"),
        (groupnorm_jax.GroupNorm(3, epsilon=-1.0), (2, 8, C), ValueError, "epsilon must be finite and not negative"),
        (groupnorm_jax.GroupNorm(3), (2, 8, 0), ValueError, "at least one channel"),
        (groupnorm_jax.LayerNorm(reduction_axes=3), (2, 8, C), ValueError, "reduction_axes=3 names axis 3"),
        (groupnorm_jax.LayerNorm(feature_axes=(1, 1)), (2, 8, C), ValueError, "names axis 1 of x, which has shape (2, 8, 12)"),
        (groupnorm_jax.InstanceNorm(feature_axes=0), (2, 8, C), ValueError, "but that axis counts samples"),
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
        (
            {"scale": jnp.ones((8, C))},
            ValueError,
            "scale must have shape (12,), one value per channel, or (2, 12), one per sample and channel; got shape (8, 12)",
        ),
        (
            {"bias": jnp.ones((2, C), int)},
            TypeError,
            "bias must be floating point, got int32; convert it with bias.astype(jnp.float32)",
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


@pytest.mark.full
@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: groupnorm_jax.group_norm(x, G, mask=x), TypeError, "group_norm() got an unexpected keyword argument 'mask'"),
        (lambda x: groupnorm_jax.group_norm(x, G, dtype=int), TypeError, "dtype must be floating point, got dtype=int"),
        (lambda x: groupnorm_jax.group_norm(x, G, residual=x.astype(complex)), TypeError, "residual must be real"),
        (lambda x: groupnorm_jax.group_norm(x, G, axis_name=3), TypeError, "axis_name must be a name or several, got axis_name=3"),
        (lambda x: groupnorm_jax.group_norm(x, G, axis_index_groups=[[0]]), ValueError, "give axis_name"),
        (lambda x: groupnorm_jax.group_norm(x, G, channel_axis=(1, 2)), TypeError, "channel_axis must be one integer"),
        (lambda x: groupnorm_jax.layer_norm(x, jnp.ones(3), feature_axes=(0, 2)), ValueError, "gamma must have shape (2, 12), one value per feature; got shape (3,)"),
        (lambda x: groupnorm_jax.moments(x.astype(int), 0), TypeError, "convert it with x.astype(jnp.float32)"),
        (groupnorm_jax.merge, TypeError, "statistics must be Moments, got ArrayImpl"),
        (lambda x: groupnorm_jax.normalize(x, groupnorm_jax.moments(x, 0), eps=-5.0), ValueError, "eps must be finite"),
        (lambda x: groupnorm_jax.group_norm(None, G), TypeError, "x must be an array of numbers, got None"),
        (lambda x: groupnorm_jax.group_norm(x, G, "abc"), TypeError, "gamma must be an array of numbers, got 'abc'"),
        (lambda x: groupnorm_jax.group_norm(x, G, batch_axes=9), ValueError, "batch_axes=9, but x has 3 axes"),
        (lambda x: groupnorm_jax.merge_axes(groupnorm_jax.moments(x, 0), 9), ValueError, "axes=9 names axis 9, but the array of moments has shape (1, 8, 12); -1 is the last axis"),
        (lambda x: groupnorm_jax.merge(groupnorm_jax.moments(x, 0), groupnorm_jax.moments(x[..., :5], 0)), ValueError, "merged statistics must broadcast against each other, got shapes"),
        (lambda x: groupnorm_jax.normalize(x, groupnorm_jax.moments(x, 1), jnp.ones(5), eps=EPS), ValueError, "x, statistics, gamma and beta must broadcast"),
        (lambda x: ours_nnx.GroupNorm(0, 1, rngs=nnx.Rngs(0)), ValueError, "num_features must be at least 1"),
        (lambda x: ours_nnx.GroupNorm(C, 5, rngs=nnx.Rngs(0)), ValueError, "12 channels do not split into num_groups=5"),
    ],
)  # fmt: skip
def test_bad_options_are_refused(call, error, says):
    with pytest.raises(error) as raised:
        call(drawn((2, 8, C)))
    assert says in str(raised.value)


def test_nnx_says_which_features_it_was_made_for():
    with pytest.raises(ValueError, match="made with num_features=12, but x has 6; make it with num_features=6"):
        ENTRIES["GroupNorm"].nnx()(jnp.zeros((2, 4, 6)))
