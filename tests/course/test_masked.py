"""The independent texts agree: the reference of ``masked_group_norm``, its parts, its solution, and the library."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from bundled import bundled
from sampled import first

import groupnorm_jax as library
from grader.course import Gradient
from grader.course.loader import COURSE, import_file, load
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan

own = bundled("masked_group_norm._reference")
assemble, mask, sharing = own.assemble, own.mask, own.sharing

EXERCISE = load("masked_group_norm")
REFERENCE = EXERCISE.spec.reference
CASES = make_plan(EXERCISE, seed=3).cases
EACH = pytest.mark.parametrize("case", CASES, ids=[c.case.name for c in CASES])
# For what compiles: a few by default, all by --full.
COMPILED = pytest.mark.parametrize("case", first(CASES, 3), ids=[c.case.name for c in CASES])


def arrays_of(case):
    return float64_arrays(case, REFERENCE)


@pytest.mark.full
@COMPILED
def test_reference_solution_and_parts_agree(case):
    solution = import_file(COURSE, "masked_group_norm", "solution.py").masked_group_norm
    want = REFERENCE.value(arrays_of(case), case.arguments)
    np.testing.assert_allclose(assemble({})(arrays_of(case), case.arguments), want, rtol=1e-9, atol=1e-9)
    given = {name: jnp.asarray(array) for name, array in case.parameters.items()}
    got = np.asarray(solution(jnp.asarray(case.x), **given, **case.arguments), np.float64)
    moved = REFERENCE.moved(arrays_of(case), case.arguments, 2.0**-23)
    assert np.all(np.abs(got - want) <= 10 * (moved + np.abs(want) * 2.0**-23))


@EACH
def test_what_padding_holds_has_no_influence(case):
    arrays, keep = arrays_of(case), case.parameters["mask"]
    other = {**arrays, "x": np.where(keep[..., None], arrays["x"], 7.0)}
    want = REFERENCE.value(arrays, case.arguments)
    np.testing.assert_array_equal(REFERENCE.value(other, case.arguments), want)
    assert not want[~keep].any()


def test_without_padding_it_is_the_library_s_norm():
    case = next(c for c in CASES if c.case.name == "nothing padded")
    gamma, beta = (jnp.asarray(case.parameters[name]) for name in ("gamma", "beta"))
    y = library.group_norm(jnp.asarray(case.x), 4, gamma, beta, eps=1e-5)
    np.testing.assert_allclose(y, REFERENCE.value(arrays_of(case), case.arguments), atol=1e-5)


@pytest.mark.parametrize("name", [c.case.name for c in CASES if isinstance(c.case.check, Gradient)])
def test_the_gradient_is_what_finite_differences_say(name):
    case = next(c for c in CASES if c.case.name == name)
    arrays, want = arrays_of(case), REFERENCE.differentiated().value(arrays_of(case), case.arguments)
    for index in [(0, 0, 0), (0, 3, 5), (2, 0, 11), (1, 4, 2)]:
        sides = []
        for step in (1e-5, -1e-5):
            x = arrays["x"].copy()
            x[index] += step
            sides.append((REFERENCE.value({**arrays, "x": x}, case.arguments) * arrays["cotangent"]).sum())
        np.testing.assert_allclose(want[index], (sides[0] - sides[1]) / 2e-5, rtol=1e-5, atol=1e-8)


@pytest.mark.full
def test_the_gradient_of_the_solution_is_finite_where_nothing_is_left():
    solution = import_file(COURSE, "masked_group_norm", "solution.py").masked_group_norm
    case = CASES[-1]
    assert not case.parameters["mask"][1].any()
    given = {name: jnp.asarray(case.parameters[name]) for name in ("mask", "gamma", "beta")}
    found = jax.grad(lambda x: solution(x, **given, **case.arguments).sum())(jnp.asarray(case.x))
    assert np.isfinite(found).all()
    assert not found[1].any()


def test_masks_have_the_counts_asked_for():
    for seed in range(3):
        scattered = mask((7, 4, 0), (3, 4), scattered=True).by(seed)
        assert scattered.sum(axis=(1, 2)).tolist() == [7, 4, 0]
    assert mask((1, 3), (4,)).by(5).tolist() == [[True, False, False, False], [True, True, True, False]]
    assert (mask((6,), (12,), scattered=True).by(0) != mask((6,), (12,), scattered=True).by(1)).any()


def test_samples_share_no_statistics():
    labels = sharing({"x": np.zeros((3, 5, 12))}, {"num_groups": 4})
    assert [len(np.unique(labels[n])) for n in range(3)] == [4, 4, 4]
    assert len(np.unique(labels)) == 12


def test_worked_example_of_the_statement():
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in EXERCISE.statement.splitlines()
        if line.startswith("| output")
    ]
    said = np.array([[float(v) for cell in row[1:] for v in cell.split(",")] for row in rows])
    case = CASES[0]
    np.testing.assert_allclose(REFERENCE.value(arrays_of(case), case.arguments)[0], said, atol=5e-4)


@EACH
def test_landmarks_are_numbers_and_lead_to_the_output(case):
    marks = REFERENCE.landmarks(arrays_of(case), case.arguments)
    assert all(np.isfinite(value).all() for _, value in marks)
    assert marks[-1][0] == "output"
    np.testing.assert_allclose(marks[-1][1], REFERENCE.value(arrays_of(case), case.arguments), atol=1e-9)


@EACH
def test_only_a_count_of_values_is_called_the_number_of_values(case):
    """Not a count of positions: the line that divides by it would be told that it has the right number."""
    arrays = arrays_of(case)
    keep = own.real(arrays)
    positions = keep.reshape(len(keep), -1).sum(-1)
    counted = positions * (arrays["x"].shape[-1] // case.arguments["num_groups"])
    named = [v for name, v in REFERENCE.landmarks(arrays, case.arguments) if name == "number of values"]
    assert named
    for value in named:
        of_sample = value.reshape(len(keep), -1)
        assert (np.maximum(of_sample, 1) == np.maximum(counted, 1)[:, None]).all()
