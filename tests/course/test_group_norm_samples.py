"""Group normalization per sample: reference, solutions and library agree, in both layouts; what the statements say."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from flax import linen as nn
from sampled import first_rows

from grader.course.loader import COURSE, import_file, load
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan
from groupnorm_jax import GroupNorm

Layout = bundled("_group_norm.layouts").Layout

LAST, SECOND = Layout(), Layout(channel_axis=1, groups="groups", gamma="scale", beta="shift")
LAYOUTS = {"group_norm_images": LAST, "group_norm_affine": SECOND}
CASES = [
    (slug, c)
    for slug in LAYOUTS
    for c in make_plan(load(slug), seed=3).cases
    if c.parameters or c.case.name == "values without affine"
]
IDS = [f"{slug}-{c.case.name}" for slug, c in CASES]


def of_paper(x, num_groups, eps, axis):
    """Each group of each sample by itself, by loops."""
    y = np.empty_like(x)
    size = x.shape[axis] // num_groups
    for n in range(len(x)):
        source, target = np.moveaxis(x, axis, 1)[n], np.moveaxis(y, axis, 1)[n]
        for g in range(num_groups):
            group = source[g * size : (g + 1) * size]
            target[g * size : (g + 1) * size] = (group - group.mean()) / np.sqrt(group.var() + eps)
    return y


@pytest.mark.full
@pytest.mark.parametrize(("slug", "case"), first_rows(CASES, 3), ids=IDS)
def test_reference_solution_library_and_loops_agree(slug, case):
    layout, reference = LAYOUTS[slug], load(slug).spec.reference
    arrays, groups = float64_arrays(case, reference), case.arguments[LAYOUTS[slug].groups]
    want = reference.value(arrays, case.arguments)
    x, eps = jnp.asarray(case.x), case.arguments["eps"]
    solution = import_file(COURSE, slug, "solution.py").GroupNorm(**case.arguments)
    yours = solution.apply({"params": {n: jnp.asarray(p) for n, p in case.parameters.items()}}, x)
    bare = GroupNorm(groups, epsilon=eps, use_scale=False, use_bias=False)
    library = np.moveaxis(bare.apply({}, jnp.moveaxis(x, layout.channel_axis, -1)), -1, layout.channel_axis)
    shape = [-1 if axis == layout.channel_axis % x.ndim else 1 for axis in range(x.ndim)]
    gamma, beta = (arrays[n].reshape(shape) if n in arrays else d for n, d in ((layout.gamma, 1), (layout.beta, 0)))
    tolerance = {2: 3e-2, 4: 1e-5}[case.x.dtype.itemsize] * (1000 if case.case.name == "large mean" else 1)
    for got in (np.asarray(yours, np.float64), gamma * np.asarray(library, np.float64) + beta):
        np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance)
    loops = gamma * of_paper(arrays["x"], groups, eps, layout.channel_axis) + beta
    np.testing.assert_allclose(loops, want, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(layout.assemble({})(arrays, case.arguments), want, rtol=1e-9, atol=1e-9)


def given(layout, shape, **further):
    rng = np.random.default_rng(0)
    x = rng.normal(1, 1, shape)
    channels = shape[layout.channel_axis]
    arrays = {"x": x, layout.gamma: rng.normal(size=channels), layout.beta: rng.normal(size=channels)}
    return arrays, {layout.groups: 2, "eps": 1e-3, **further}


@pytest.mark.parametrize(("layout", "shape"), [(LAST, (2, 2, 3, 4)), (SECOND, (2, 4, 2, 3)), (SECOND, (2, 4))])
def test_what_shares_statistics_is_what_one_input_moves(layout, shape):
    arrays, arguments = given(layout, shape)
    reference = layout.reference()
    labels = reference.sharing(arrays, arguments)
    assert sorted(set(labels.ravel())) == list(range(2 * 2))
    for index in np.ndindex(shape):
        changed = arrays["x"].copy()
        changed[index] += 1
        moves = reference.value({**arrays, "x": changed}, arguments) != reference.value(arrays, arguments)
        np.testing.assert_array_equal(moves, labels == labels[index])


@pytest.mark.parametrize(("layout", "shape"), [(LAST, (2, 2, 3, 4)), (SECOND, (2, 4, 2, 3))])
def test_moved_bounds_what_one_unit_of_any_input_moves(layout, shape):
    arrays, arguments = given(layout, shape)
    reference, epsilon, total = layout.reference(), 2.0**-23, 0.0
    for name, array in arrays.items():
        for index in np.ndindex(array.shape):
            step = np.zeros(array.shape)
            step[index] = abs(array[index]) * 2.0**-24
            up, down = (reference.value({**arrays, name: array + s * step}, arguments) for s in (1, -1))
            total = total + np.abs(up - down)
    moved = reference.moved(arrays, arguments, epsilon)
    assert np.all(total <= moved * 1.001)
    assert np.all(moved.max() <= 30 * total.max())


@pytest.mark.full
@pytest.mark.parametrize(("layout", "shape"), [(LAST, (2, 2, 3, 4)), (SECOND, (2, 4, 2, 3))])
def test_gradient_is_that_of_jax(layout, shape):
    arrays, arguments = given(layout, shape)
    arrays["cotangent"] = np.random.default_rng(1).normal(size=shape)
    slug = "group_norm_images" if layout is LAST else "group_norm_affine"
    further = {} if layout is LAST else {"channels": 4}
    module = import_file(COURSE, slug, "solution.py").GroupNorm(**arguments, **further)
    variables = {"params": {n: jnp.asarray(arrays[n]) for n in (layout.gamma, layout.beta)}}
    got = jax.grad(lambda x: (module.apply(variables, x) * arrays["cotangent"]).sum())(jnp.asarray(arrays["x"]))
    np.testing.assert_allclose(got, layout.reference().gradient(arrays, arguments), rtol=1e-3, atol=1e-4)


def test_without_affine_there_are_no_parameters_and_those_given_are_not_used():
    arrays, arguments = given(SECOND, (2, 4, 3), affine=False)
    reference = SECOND.reference()
    assert reference.parameters(arrays, arguments) == {}
    bare = of_paper(arrays["x"], 2, 1e-3, 1)
    for some in (arrays, {"x": arrays["x"]}):
        np.testing.assert_allclose(reference.value(some, arguments), bare)


def test_the_two_ends_that_the_statement_tells():
    x = np.random.default_rng(0).normal(2, 1, (2, 3, 5, 12))
    arrays = {"x": x, "gamma": np.ones(12), "beta": np.zeros(12)}
    value = LAST.reference().value
    layer = nn.LayerNorm(epsilon=1e-5, use_bias=False, use_scale=False, reduction_axes=(1, 2, 3), feature_axes=-1)
    np.testing.assert_allclose(value(arrays, {"num_groups": 1, "eps": 1e-5}), layer.apply({}, x), atol=1e-5)
    instance = nn.InstanceNorm(epsilon=1e-5, use_bias=False, use_scale=False)
    np.testing.assert_allclose(value(arrays, {"num_groups": 12, "eps": 1e-5}), instance.apply({}, x), atol=1e-5)
    flat = {**arrays, "x": x[:, 0, 0], "beta": np.full(12, 0.5)}
    np.testing.assert_array_equal(value(flat, {"num_groups": 12, "eps": 1e-5}), np.full((2, 12), 0.5))


def test_worked_example_of_images():
    arrays = {"x": np.array([[[1.0, 3, 10, 30], [5, 7, 20, 20]]]), "gamma": np.ones(4), "beta": np.zeros(4)}
    want = [[[-1.342, -0.447, -1.414, 1.414], [0.447, 1.342, 0, 0]]]
    np.testing.assert_allclose(LAST.reference().value(arrays, {"num_groups": 2, "eps": 1e-5}), want, atol=5e-4)


def test_worked_example_with_channels_second():
    x = np.array([[[1.0, 5], [3, 7], [10, 20], [30, 20]]])
    arrays = {"x": x, "scale": np.array([1.0, 2, 1, 1]), "shift": np.array([0, 10.0, 0, 0])}
    want = [[[-1.342, 0.447], [9.106, 12.683], [-1.414, 0], [1.414, 0]]]
    np.testing.assert_allclose(SECOND.reference().value(arrays, {"groups": 2, "eps": 1e-5}), want, atol=5e-4)


def test_what_the_statement_says_is_lost_in_float32():
    x = np.array([1000.25, 1000.5, 1000.75, 1001], np.float32)
    squares, square = (x * x).mean(dtype=np.float32), x.mean(dtype=np.float32) ** 2
    assert (float(squares), float(square), float(squares - square)) == (1001250.4375, 1001250.375, 0.0625)
    exact = x.astype(np.float64)
    assert ((exact**2).mean(), exact.mean() ** 2, exact.var()) == (1001250.46875, 1001250.390625, 0.078125)
