import chex
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from hypothesis import given, settings
from hypothesis import strategies as st
from sampled import first

from groupnorm_jax import MyGroupNorm

EPS = 1e-5
# dtype -> (rtol, atol) against float64 on the same inputs. Measured over the shapes below and 20 seeds, error/(|y|+1):
# float64 7e-16, float32 2.9e-7, float16 3.7e-4, bfloat16 3.0e-3; the last two are the rounding of the output.
TOLERANCES = {"float64": (1e-14, 1e-14), "float32": (1e-6, 1e-6), "float16": (7e-4, 7e-4), "bfloat16": (6e-3, 6e-3)}


def oracle(x, num_groups, gamma=1.0, beta=0.0, eps=EPS):
    """The formula in float64, two-pass."""
    grouped = np.asarray(x, np.float64).reshape(*x.shape[:-1], num_groups, x.shape[-1] // num_groups)
    centred = grouped - grouped.mean(-1, keepdims=True)
    normalized = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps)
    return np.asarray(gamma, np.float64) * normalized.reshape(x.shape) + np.asarray(beta, np.float64)


def random_case(shape, dtype="float32", seed=0):
    rng = np.random.default_rng(seed)
    x = jnp.asarray(rng.normal(0.5, 2.0, shape), dtype)
    params = {
        "gamma": jnp.asarray(rng.normal(1, 0.5, shape[-1:]), jnp.float32),
        "beta": jnp.asarray(rng.normal(size=shape[-1:]), jnp.float32),
    }
    return x, {"params": params}


def test_parameters_are_ones_and_zeros_one_of_each_a_channel():
    x, _ = random_case((2, 5, 12))
    variables = MyGroupNorm(num_groups=3).init(jax.random.PRNGKey(0), x)
    chex.assert_trees_all_equal(variables, {"params": {"gamma": jnp.ones(12), "beta": jnp.zeros(12)}})


@pytest.mark.sample(2)
@pytest.mark.parametrize("dtype", first(["float32", "float16", "bfloat16"]))
@pytest.mark.parametrize("shape", [(12,), (5, 12), (2, 3, 12), (2, 3, 5, 12), (1, 2, 1, 2, 1, 2, 1, 12), (0, 12)])
@pytest.mark.parametrize("num_groups", first([3, 1, 12]))
def test_agrees_with_float64(shape, dtype, num_groups):
    x, variables = random_case(shape, dtype)
    y = MyGroupNorm(num_groups).apply(variables, x)
    assert y.dtype == x.dtype
    rtol, atol = TOLERANCES[dtype]
    want = oracle(x, num_groups, **variables["params"])
    np.testing.assert_allclose(np.asarray(y, np.float64), want, rtol=rtol, atol=atol)


@pytest.mark.usefixtures("x64")
def test_float64_is_computed_in_float64():
    x = jnp.asarray(np.random.default_rng(0).normal(size=(5, 12)))
    layer = MyGroupNorm(num_groups=3)
    y = layer.apply(layer.init(jax.random.PRNGKey(0), x), x)
    assert x.dtype == y.dtype == jnp.float64
    rtol, atol = TOLERANCES["float64"]
    np.testing.assert_allclose(y, oracle(x, 3), rtol=rtol, atol=atol)


@pytest.mark.full
@pytest.mark.parametrize(("shape", "num_groups"), [((512, 64), 8), ((6,), 2)])
def test_accuracy_table(shape, num_groups, capsys):
    """Largest error against float64 at growing mean/std: ours within 2e-6 everywhere, Flax's beside it."""
    rng, ours, rows = np.random.default_rng(0), MyGroupNorm(num_groups), []
    # Flax takes the first axis of a vector for the batch: give it one.
    theirs = nn.GroupNorm(num_groups, epsilon=EPS, use_bias=False, use_scale=False)
    for ratio in (0, 1e2, 1e3, 1e4, 1e5):
        x = jnp.asarray(rng.standard_normal(shape) + ratio, jnp.float32)
        variables, want = ours.init(jax.random.PRNGKey(0), x), oracle(x, num_groups)
        with jax.numpy_rank_promotion("allow"), jax.numpy_dtype_promotion("standard"):
            flax_error = np.abs(np.asarray(theirs.apply({}, x.reshape(-1, shape[-1]))).reshape(shape) - want).max()
        errors = [np.abs(np.asarray(f(variables, x)) - want).max() for f in (ours.apply, jax.jit(ours.apply))]
        rows.append((ratio, *errors, flax_error))
    with capsys.disabled():
        print(f"\n  shape {shape}, {num_groups} groups, jax {jax.__version__}")
        print("  mean/std      ours  ours, jit  flax.linen")
        for ratio, eager, jitted, flax_error in rows:
            print(f"  {ratio:8.0e}  {eager:8.1e}   {jitted:8.1e}    {flax_error:8.1e}")
    assert max(error for _, *ours_errors, _ in rows for error in ours_errors) <= 2e-6


@pytest.mark.full
@pytest.mark.parametrize("value", [0.0, 0.1, 1e5, -3e7])
def test_constant_groups_give_beta_and_a_finite_gradient(value):
    x, (_, variables) = jnp.full((4, 12), value), random_case((12,))
    layer = MyGroupNorm(num_groups=4)
    beta = jnp.broadcast_to(variables["params"]["beta"], x.shape)
    chex.assert_trees_all_close(layer.apply(variables, x), beta, atol=1e-6, rtol=0)
    gradient = jax.grad(lambda x: jnp.square(layer.apply(variables, x)).sum())(x)
    chex.assert_tree_all_finite(gradient)


def test_jit_and_nested_vmap_agree_with_the_plain_call():
    x, variables = random_case((2, 3, 5, 12))
    layer = MyGroupNorm(num_groups=4)
    plain = layer.apply(variables, x)
    mapped = jax.vmap(jax.vmap(lambda x: layer.apply(variables, x)))(x)
    chex.assert_trees_all_close(jax.jit(layer.apply)(variables, x), plain, mapped, atol=1e-6, rtol=1e-6)


@pytest.mark.full
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("offset", [0.0, 1e3])
def test_gradients_agree_with_finite_differences(offset):
    x = jnp.asarray(np.random.default_rng(1).normal(size=(3, 6)) + offset)
    layer = MyGroupNorm(num_groups=2)
    weights = jnp.asarray(np.random.default_rng(2).normal(size=x.shape))
    params = jax.tree.map(lambda p: p + 0.5, layer.init(jax.random.PRNGKey(0), x))

    def loss(params, x):
        return (layer.apply(params, x) * weights).sum()

    jax.test_util.check_grads(loss, (params, x), order=2, modes=("fwd", "rev"), rtol=1e-4, atol=1e-4)


@pytest.mark.full
def test_gradient_in_float32_agrees_with_float64_at_a_large_mean():
    """No gradient flows through the shift; this is what that rests on."""
    x32 = np.float32(np.random.default_rng(1).normal(size=(3, 12)) + 1e4)
    dy = np.float32(np.random.default_rng(2).normal(size=x32.shape))
    layer = MyGroupNorm(num_groups=3)
    variables = layer.init(jax.random.PRNGKey(0), jnp.asarray(x32))
    got = jax.grad(lambda x: (layer.apply(variables, x) * dy).sum())(jnp.asarray(x32))
    grouped, d = (a.astype(np.float64).reshape(3, 3, 4) for a in (x32, dy))
    r = 1 / np.sqrt(grouped.var(-1, keepdims=True) + EPS)
    n = (grouped - grouped.mean(-1, keepdims=True)) * r
    want = r * (d - d.mean(-1, keepdims=True) - n * (d * n).mean(-1, keepdims=True))
    np.testing.assert_allclose(got, want.reshape(x32.shape), rtol=1e-5, atol=1e-5)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(-8, 8), st.integers(-3, 3))
def test_shift_and_scale_of_a_group_change_nothing(seed, shift, exponent):
    """Without eps; powers of two and small integers, so that the inputs themselves are exact."""
    x = jnp.asarray(np.random.default_rng(seed).integers(-64, 64, (4, 12)) / 8 + np.arange(12), jnp.float32)
    layer = MyGroupNorm(num_groups=2, eps=0.0)
    variables = layer.init(jax.random.PRNGKey(0), x)
    moved = x * 2.0**exponent + shift
    chex.assert_trees_all_close(layer.apply(variables, moved), layer.apply(variables, x), atol=2e-6, rtol=0)


def test_one_group_per_channel_gives_beta():
    x, variables = random_case((5, 12))
    beta = jnp.broadcast_to(variables["params"]["beta"], x.shape)
    chex.assert_trees_all_equal(MyGroupNorm(num_groups=12).apply(variables, x), beta)


@pytest.mark.parametrize("num_groups", [np.int64(3), np.uint8(3), 3])
def test_integer_counts_are_accepted(num_groups):
    x, variables = random_case((5, 12))
    chex.assert_shape(MyGroupNorm(num_groups).apply(variables, x), (5, 12))


@pytest.mark.parametrize(
    ("num_groups", "eps", "x", "error", "message"),
    [
        (0, EPS, jnp.ones(6), ValueError, r"at least 1, got num_groups=0; num_groups=1"),
        (-2, EPS, jnp.ones(6), ValueError, r"at least 1, got num_groups=-2"),
        (True, EPS, jnp.ones(6), TypeError, r"must be an integer, got num_groups=True of type bool"),
        (np.True_, EPS, jnp.ones(6), TypeError, r"must be an integer"),
        (
            2.0,
            EPS,
            jnp.ones(6),
            TypeError,
            r"must be an integer, got num_groups=2.0 of type float; pass a count such as num_groups=2",
        ),
        (2.5, EPS, jnp.ones(6), TypeError, r"must be an integer, got num_groups=2.5"),
        ("2", EPS, jnp.ones(6), TypeError, r"must be an integer, got num_groups='2' of type str"),
        (None, EPS, jnp.ones(6), TypeError, r"must be an integer"),
        (
            5,
            EPS,
            jnp.ones(12),
            ValueError,
            r"12 channels do not split into num_groups=5; 1, 2, 3, 4, 6 or 12 groups would",
        ),
        (2, EPS, jnp.ones(1), ValueError, r"1 channel does not split into num_groups=2; 1 group would work"),
        (2, EPS, jnp.ones(()), ValueError, r"must have a channel axis, shape \(\.\.\., C\), got a 0-d array"),
        (2, EPS, jnp.ones((3, 0)), ValueError, r"at least one channel, got shape \(3, 0\)"),
        (2, EPS, jnp.ones(6, jnp.int32), TypeError, r"floating-point dtype, got int32\[6\]; .*astype"),
        (2, EPS, jnp.ones(6, bool), TypeError, r"floating-point dtype, got bool"),
        (2, EPS, jnp.ones(6, jnp.complex64), TypeError, r"floating-point dtype, got complex64\[6\]; .*x\.real"),
        (2, -1e-5, jnp.ones(6), ValueError, r"finite and not negative, got eps=-1e-05"),
        (2, float("nan"), jnp.ones(6), ValueError, r"finite and not negative, got eps=nan"),
        (2, "1e-5", jnp.ones(6), TypeError, r"must be a real number, got eps='1e-5' of type str"),
    ],
)
@pytest.mark.parametrize("jit", [False, True])
def test_impossible_arguments(num_groups, eps, x, error, message, jit):
    layer = MyGroupNorm(num_groups, eps)
    init = jax.jit(layer.init) if jit else layer.init
    with pytest.raises(error, match=message):
        init(jax.random.PRNGKey(0), x)
