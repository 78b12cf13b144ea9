"""Ideas that live in rounding are known by their signature, and nothing else is taken for them."""

import ml_dtypes
import numpy as np
import pytest
from telling import compared

from grader.course import Value
from grader.course.loader import load
from grader.diagnosis.evidence import gather
from grader.diagnosis.rounding import fits
from grader.judge.comparison import float64_arrays
from grader.plan.cases import make_plan
from grader.sandbox.transcript import Answer

KINDS = ("cancellation", "half")


def kinds(slug, seed, program):
    """What the answers of ``program(x, num_groups, eps)`` to all cases on values are taken for."""
    exercise, comparisons = load(slug), []
    cases = make_plan(exercise, seed=seed).cases
    for index, case in enumerate(cases):
        if isinstance(case.case.check, Value):
            arrays = float64_arrays(case, exercise.spec.reference)
            with np.errstate(all="ignore"):
                y = program(case.x, case.arguments["num_groups"], case.arguments["eps"]).astype(np.float32)
                y = (arrays["gamma"] * y.reshape(case.x.shape) + arrays["beta"]).astype(case.x.dtype)
            answered = Answer(arrays={"value": y}, problem=None, printed="")
            comparisons.append(compared(index, case, exercise.spec.reference, answered))
    evidence = gather(comparisons)
    assert evidence.wrong
    return {kind for kind in KINDS if fits(kind, evidence)}


def rows(x, num_groups, dtype=np.float32):
    return x.astype(dtype).reshape(-1, num_groups, x.shape[-1] // num_groups)


def mean(values):
    return values.mean(-1, keepdims=True, dtype=values.dtype)


def one_pass(x, num_groups, eps):
    y = rows(x, num_groups)
    return (y - mean(y)) / np.sqrt(mean(y * y) - mean(y) ** 2 + np.float32(eps))


def one_pass_clamped(x, num_groups, eps):
    y = rows(x, num_groups)
    return (y - mean(y)) / np.sqrt(np.maximum(mean(y * y) - mean(y) ** 2, 0) + np.float32(eps))


def in_half(dtype):
    def program(x, num_groups, eps):
        y = rows(x, num_groups, dtype)
        centred = y - mean(y)
        return centred / np.sqrt(mean(centred * centred) + dtype(eps))

    return program


def one_percent(x, num_groups, eps):
    """Nearly right, but for a variance that is 1 % too large everywhere."""
    y = rows(x, num_groups)
    return (y - mean(y)) / np.sqrt(1.01 * y.var(-1, keepdims=True) + np.float32(eps))


def large_means_lost(x, num_groups, eps):
    """Where the mean is large, what comes back has nothing to do with x."""
    y = rows(x, num_groups)
    right = (y - mean(y)) / np.sqrt(y.var(-1, keepdims=True) + np.float32(eps))
    return np.where(np.abs(mean(y)) > 500, right[..., ::-1] * 2, right)


def quarters(x, num_groups, eps):
    """Rounded to quarters: coarser than half precision."""
    y = rows(x, num_groups)
    return np.round(4 * (y - mean(y)) / np.sqrt(y.var(-1, keepdims=True) + np.float32(eps))) / 4


@pytest.mark.sample(4)
@pytest.mark.parametrize("slug", ["group_norm_1d", "group_norm_nd"])
@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        (one_pass, {"cancellation"}),
        (one_pass_clamped, {"cancellation"}),
        (in_half(ml_dtypes.bfloat16), {"half"}),
        (in_half(np.float16), {"half"}),
        (one_percent, set()),
        (large_means_lost, set()),
        (quarters, set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_signatures(slug, program, wanted):
    for seed in range(10):
        assert kinds(slug, seed, program) == wanted, seed
