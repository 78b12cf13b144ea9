"""Every layer of the registry: gradients, transforms, and what gradients keep."""

from functools import partial

import chex
import jax
import jax.export
import jax.numpy as jnp
import numpy as np
import pytest
from comparing import drawn, near
from registry import ENTRIES, EPS, C, each, each_but_one_full, oracle, parameters
from sampled import first


@pytest.mark.full
@each_but_one_full
def test_gradients_in_float64(name, x64):
    entry, x = ENTRIES[name], drawn((2, 3, C), "float64")
    weights = drawn(x.shape, "float64", seed=4)
    variables = jax.tree.map(lambda p: p.astype("float64"), parameters(entry)[0])
    layer = entry.linen if name == "MyGroupNorm" else entry.linen.clone(activation="silu", param_dtype="float64")

    @jax.jit
    def loss(variables, x):
        return (layer.apply(variables, x) * weights).sum()

    # Reverse mode is forward mode transposed; forward over reverse is test_transforms_agree's Hessian.
    jax.test_util.check_grads(loss, (variables, x), order=1, modes=("fwd",), rtol=1e-4, atol=1e-4)
    jax.test_util.check_grads(loss, (variables, x), order=2, modes=("rev",), rtol=1e-4, atol=1e-4)


@pytest.mark.full
@each
@pytest.mark.parametrize("shape", first([(2, 9, C), (2, 600, C), (1, 40, 50, C)]))  # the last two are taken in folds
def test_gradients_at_a_large_mean(name, shape):
    entry, x = ENTRIES[name], drawn(shape, mean=1e4, std=1.0)
    variables, (scale, _) = parameters(entry)
    dy = np.asarray(drawn(x.shape, mean=0.0, std=1.0, seed=5), np.float64)
    loss = lambda v, x: (entry.linen.apply(v, x) * dy.astype("f4")).sum()  # noqa: E731 - a formula
    of_variables, got = jax.jit(jax.grad(loss, (0, 1)))(variables, x)
    labels, n = entry.labels(x.shape).ravel(), np.asarray(oracle(entry, x)).ravel()
    wide, flat = np.asarray(x, np.float64).ravel(), (dy * np.asarray(scale, np.float64)).ravel()
    mean_of = lambda v: (np.bincount(labels, v) / np.bincount(labels))[labels]  # noqa: E731 - a formula
    r = 1 / np.sqrt(mean_of((wide - mean_of(wide) * entry.centred) ** 2) + EPS)
    want = r * (flat - mean_of(flat) * entry.centred - n * mean_of(flat * n))
    near(got, want.reshape(x.shape), 5e-6)
    wants = (dy * n.reshape(x.shape), dy)
    for parameter, values in zip(entry.names, wants, strict=False):
        near(of_variables["params"][parameter], values.sum(tuple(range(x.ndim - 1))), 5e-6)


@pytest.mark.full
@each_but_one_full
def test_transforms_agree(name):
    entry, x = ENTRIES[name], drawn((3, 2, 70, C))  # enough positions for all forms
    variables, _ = parameters(entry)
    weights = drawn(x.shape[1:], seed=7)

    def loss(variables, x):
        return (entry.linen.apply(variables, x) * weights[:, : x.shape[1]]).sum()

    def of_samples(x):
        y = jax.vmap(lambda x: entry.linen.apply(variables, x))(x)
        return (y * weights[None]).sum(), y

    gradient = jax.jit(jax.grad(loss, 1))
    gradients = jnp.stack([gradient(variables, v) for v in x])
    (_, mapped), of_mapped = jax.jit(jax.value_and_grad(of_samples, has_aux=True))(x)
    chex.assert_trees_all_close(mapped, jnp.stack([entry.linen.apply(variables, v) for v in x]), atol=2e-6)
    chex.assert_trees_all_close(of_mapped, gradients, atol=1e-5)
    chex.assert_trees_all_close(jax.jit(jax.vmap(jax.grad(loss, 1), (None, 0)))(variables, x), gradients, atol=1e-5)
    value, tangent = jax.jit(lambda x, t: jax.jvp(partial(loss, variables), (x,), (t,)))(x[0], x[1])
    near(tangent, float(jnp.vdot(gradients[0], x[1])), 1e-4)
    near(jax.jit(lambda x, t: jax.linearize(partial(loss, variables), x)[1](t))(x[0], x[1]), tangent, 1e-5)
    chex.assert_trees_all_close(jax.jit(jax.checkpoint(loss))(variables, x[0]), value, atol=1e-5)
    few = x[0, :, :4]
    hessian, again = jax.jit(lambda x: [f(jax.grad(loss, 1), 1)(variables, x) for f in (jax.jacfwd, jax.jacrev)])(few)
    chex.assert_trees_all_close(hessian, again, atol=1e-4)
    exported = jax.export.export(gradient)(variables, x[0])
    chex.assert_trees_all_close(exported.call(variables, x[0]), gradients[0], atol=1e-5)


@pytest.mark.sample(5)
@each
@pytest.mark.parametrize("dtype", first(["bfloat16", "float32"]))
@pytest.mark.parametrize("activation", [None, "silu"])
@pytest.mark.parametrize("shape", [(8, 16, 16, C * 8), (64, C * 8)])
def test_gradients_keep_x_and_next_to_nothing(name, dtype, activation, shape):
    if name == "MyGroupNorm" and activation:
        pytest.skip("MyGroupNorm has no activation")
    layer = ENTRIES[name].linen if activation is None else ENTRIES[name].linen.clone(activation=activation)
    x = jax.ShapeDtypeStruct(shape, dtype)  # traced, not computed: what is kept is known then
    variables = jax.eval_shape(layer.init, jax.random.key(0), x)
    pull = jax.eval_shape(lambda variables, x: jax.vjp(layer.apply, variables, x)[1], variables, x)
    kept, own, of_x = (sum(a.size * a.dtype.itemsize for a in jax.tree.leaves(t)) for t in (pull, variables, x))
    assert kept - 2 * own <= 1.07 * of_x, kept / of_x
    assert kept >= of_x
