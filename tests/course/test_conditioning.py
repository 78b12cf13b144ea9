import numpy as np
import pytest
from bundled import bundled

from grader.course import by_differences

reference = bundled("_group_norm.reference")

EPSILON = 2.0**-23


def test_of_a_sum_of_products_it_is_what_one_writes_by_hand():
    arrays = {"x": np.array([[1.0, -2.0], [0.0, 4.0]]), "gamma": np.array([3.0, -0.5]), "beta": np.array([0.0, -7.0])}
    moved = by_differences(lambda a, _: a["gamma"] * a["x"] + a["beta"])(arrays, {}, EPSILON)
    expected = (2 * np.abs(arrays["gamma"] * arrays["x"]) + np.abs(arrays["beta"])) * EPSILON
    np.testing.assert_allclose(moved, expected, rtol=1e-6)


@pytest.mark.parametrize("mean", [0.0, 1000.0])
def test_of_group_normalization_it_is_near_what_was_derived(mean):
    bits = np.random.default_rng(0)
    arrays = {"x": mean + bits.normal(size=(3, 12)), "gamma": bits.normal(size=12), "beta": bits.normal(size=12)}
    arguments = {"num_groups": 3, "eps": 1e-5}
    moved = by_differences(reference.value, reference.sharing)(arrays, arguments, EPSILON)
    derived = reference.moved(arrays, arguments, EPSILON)
    assert moved.shape == derived.shape
    assert np.all(moved <= 1.001 * derived)  # which has the rounding of the mean besides
    assert np.all(derived <= 3 * moved)
