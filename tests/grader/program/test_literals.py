"""Numbers as their author meant them."""

from decimal import Decimal
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from grader.program.literals import all_meant, decimal, meant

F32, BF16, F16 = np.dtype(np.float32), np.dtype(ml_dtypes.bfloat16), np.dtype(np.float16)


@pytest.mark.parametrize("dtype", [F32, BF16, F16])
@pytest.mark.parametrize(
    "number", ["1e-5", "1e-3", "0.1", "-0.5", "2.5", "1/3", "-2/3", "1/12", "1/48", "5", "0", "1e-2"]
)
def test_what_people_write_comes_back(number, dtype):
    wanted = Fraction(number)
    assert Fraction(meant(float(dtype.type(float(wanted))), dtype)) == wanted


@pytest.mark.parametrize("number", ["1/768", "1e-12", "0.044715", "1.702", "3/1000", "1e-6", "12345.5", "1e30"])
def test_float32_holds_more(number):
    wanted = Fraction(number)
    found = meant(float(np.float32(float(wanted))), F32)
    assert float(found) == pytest.approx(float(wanted), rel=1e-15 if number != "1e30" else 1e-7)


def test_other_numbers_stay_within_one_rounding():
    for value in np.random.default_rng(0).standard_normal(500).astype(np.float32):
        found = meant(float(value), F32)
        assert np.float32(float(found)) == value


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_itself(value):
    np.testing.assert_equal(float(meant(value, F32)), value)


@pytest.mark.parametrize("dtype", [F32, BF16, F16])
def test_every_number_has_an_answer(dtype):
    bits = np.random.default_rng(1).integers(0, 1 << 8 * dtype.itemsize, 300, dtype=np.uint64)
    for value in bits.astype(f"u{dtype.itemsize}").view(dtype):
        np.testing.assert_equal(float(dtype.type(float(meant(float(value), dtype)))), float(value))


def test_float64_is_what_it_is():
    value = float(np.float32(1e-5))
    assert meant(value, np.dtype(np.float64)) == value


def test_small_arrays_and_not_data():
    kernel = np.full((3, 3), 1 / 9, np.float32)
    np.testing.assert_array_equal(all_meant(kernel, F32), np.full((3, 3), 1 / 9))
    data = np.full(5_000, 1 / 9, np.float32)
    np.testing.assert_array_equal(all_meant(data, F32), data.astype(np.float64))


def test_decimals_have_all_digits():
    assert str(decimal(meant(float(np.float32(1 / 3)), F32))).startswith("0.3333333333333333333")
    assert decimal(1.5) == Decimal("1.5")
