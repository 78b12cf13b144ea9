import hashlib

import numpy as np
import pytest

from grader.course import Draw, Fixed
from grader.course.loader import load_all
from grader.plan.cases import make_plan
from grader.plan.draws import draw

# Of every input of every case: the same seed gives the same bits on every platform, Python, NumPy and JAX.
DIGESTS = {
    ("group_norm_1d", 0): "d2ae59ed17d995d3",
    ("group_norm_1d", 1): "bf104b4a26cb1be4",
    ("group_norm_affine", 0): "ea87c0f8b4e8c45e",
    ("group_norm_affine", 1): "a5ddbf136a511407",
    ("group_norm_channels_first", 0): "77c9752284f76d9a",
    ("group_norm_channels_first", 1): "2bf5f4c4175178fb",
    ("group_norm_gradient", 0): "77e7b6af389a2bb5",
    ("group_norm_gradient", 1): "c0a8ec1eb59ce76a",
    ("group_norm_images", 0): "b06b8cf85cad0aba",
    ("group_norm_images", 1): "7c58db5f170f4634",
    ("group_norm_nd", 0): "73c0f358b930938b",
    ("group_norm_nd", 1): "0c0d36227e8f0de4",
    ("group_norm_nnx", 0): "d0650579130bd3b9",
    ("group_norm_nnx", 1): "50253b0464cb8914",
    ("masked_group_norm", 0): "0ffceca5343bf10c",
    ("masked_group_norm", 1): "3e8d8a51137a2b4d",
    ("mixed_precision", 0): "535ac8bac02f15f3",
    ("mixed_precision", 1): "020f2e50caea4ef6",
    ("moments", 0): "f3acb681938b82cf",
    ("moments", 1): "9cd7e193f7c31556",
    ("norm_family", 0): "3f2d1fa79121f9fd",
    ("norm_family", 1): "fe12ec924a319226",
    ("repair_moments", 0): "13badd472cd30cb9",
    ("repair_moments", 1): "45c82f16dc24a9e8",
    ("sharded_group_norm", 0): "9921d8fcbc5e0897",
    ("sharded_group_norm", 1): "ac0e50efcb5c90f3",
    ("small_batch_classifier", 0): "80e5c13927b3af02",
    ("small_batch_classifier", 1): "00e91228ddb2c6db",
    ("stable_variance", 0): "bb65a90bd905d2a7",
    ("stable_variance", 1): "6b530262a21bd650",
    ("weight_standardization", 0): "67ddcd2b760688c3",
    ("weight_standardization", 1): "a7b6f8cef0e56aa5",
}


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("exercise", load_all(), ids=lambda e: e.slug)
def test_the_same_seed_gives_the_same_bits(exercise, seed):
    digest = hashlib.sha256()
    for planned in make_plan(exercise, seed=seed).cases:
        weights = () if planned.cotangent is None else (planned.cotangent,)
        for array in (planned.x, *planned.parameters.values(), *weights):
            digest.update(f"{array.dtype} {array.shape} {planned.arguments}".encode())
            digest.update(array.astype(array.dtype.newbyteorder("<")).tobytes())
    assert digest.hexdigest()[:16] == DIGESTS[exercise.slug, seed]


@pytest.mark.parametrize("mean", [0.0, 3.0, -100.0])
@pytest.mark.parametrize("std", [1.0, 2.0**-7, 4.0])
def test_the_distribution_asked_for(mean, std):
    x = draw(Draw(shape=(20_000,), mean=mean, std=std), seed=5, key="a").astype(np.float64)
    assert abs(x.mean() - mean) < 0.03 * std
    assert abs(x.std() / std - 1) < 0.02
    assert np.abs(x - mean).max() <= 3.5 * std


@pytest.mark.parametrize(("dtype", "values"), [("bfloat16", 150), ("float16", 1000), ("float32", 9000)])
def test_every_value_is_exact_and_as_fine_as_the_dtype_allows(dtype, values):
    x = draw(Draw(shape=(10_000,), dtype=dtype), seed=0, key="a")
    assert x.dtype.name == dtype
    assert len(np.unique(x.astype(np.float64))) > values


def test_seeds_and_keys_have_streams_of_their_own():
    what = Draw(shape=(8,))
    draws = [draw(what, seed=s, key=k).tobytes() for s in (0, 1, 2**31 - 1) for k in ("a", "b")]
    assert len(set(draws)) == 6


def test_one_value_along_axes_makes_groups_constant():
    x = draw(Draw(shape=(3, 8), same_along=(-1,)), seed=0, key="a")
    assert (x == x[:, :1]).all()
    assert len(np.unique(x)) == 3


@pytest.mark.parametrize(
    "what",
    [
        Draw(shape=(3,), dtype="bfloat16", mean=1000.5),
        Draw(shape=(3,), mean=0.1),
        Draw(shape=(3,), std=0.3),
        Fixed(values=(0.1,), shape=(1,)),
    ],
)
def test_values_that_would_be_rounded_are_refused(what):
    with pytest.raises(ValueError, match=r"not exact in .*; take "):
        draw(what, seed=0, key="a")
