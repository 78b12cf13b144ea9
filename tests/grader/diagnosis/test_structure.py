"""What is said of errors that are no named idea's: right answers, distorted in a known way."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from telling import compared, explained, named

from grader.course import Draw, Gradient, Value
from grader.course.loader import load
from grader.diagnosis import parts, structure
from grader.diagnosis.diagnose import diagnose
from grader.diagnosis.evidence import gather
from grader.diagnosis.traits import which_cases
from grader.findings.of_errors import OnlyBeyond
from grader.judge.comparison import Comparison, float64_arrays
from grader.plan.cases import make_plan
from grader.sandbox.transcript import Answer, Problem

EXERCISE = load("group_norm_nd")
REFERENCE = EXERCISE.spec.reference
CASES = make_plan(EXERCISE, seed=0).cases
TWICE = (*CASES, *make_plan(EXERCISE, seed=1).cases)  # each situation twice: what sets one case apart means nothing
RAISED = Problem(kind="raised", type="TypeError", exception=True)


def answer(distorted, case):
    if distorted is None:
        return Answer(arrays={}, problem=RAISED, printed="")
    return Answer(arrays={"value": np.asarray(distorted).astype(case.x.dtype)}, problem=None, printed="")


def told(distort, cases=CASES):
    """Texts by the case's name, when each right answer is passed through ``distort(y, arrays, case)``."""
    comparisons = []
    for index, case in enumerate(cases):
        if isinstance(case.case.check, Value):
            arrays = float64_arrays(case, REFERENCE)
            answered = answer(distort(REFERENCE.value(arrays, case.arguments), arrays, case), case)
            comparisons.append(compared(index, case, REFERENCE, answered))
    found = diagnose(EXERCISE.spec, comparisons)
    assert all(named(diagnosis) == "" for diagnosis in found.values())
    assert all(explained(diagnosis).endswith("?") for diagnosis in found.values())
    return {cases[index].case.name: explained(diagnosis) for index, diagnosis in found.items()}


def size(case):
    return case.x.shape[-1] // case.arguments["num_groups"]


def scaled(y, arrays, factor):
    return arrays["beta"] + (y - arrays["beta"]) * factor


def sample(y, arrays, case):
    return scaled(y, arrays, np.sqrt(size(case) / (size(case) - 1))) if size(case) > 1 else y


def for_eps(other):
    """The right values for another eps."""

    def distort(_, arrays, case):
        eps = other(case.arguments["eps"]) if callable(other) else other
        return REFERENCE.value(arrays, {**case.arguments, "eps": eps})

    return distort


def of_each_group(y, arrays, case):
    return scaled(y, arrays, 1.1 + 0.1 * (REFERENCE.sharing(arrays, case.arguments) % 7))


def wider(y, arrays, case):
    grouped = arrays["x"].reshape(*y.shape[:-1], -1, size(case))
    return scaled(y, arrays, np.repeat(grouped.std(-1) + 2, size(case), axis=-1))


def first_group_only(y, _, case):
    return np.where(np.arange(y.shape[-1]) < size(case), y, 0)


def last_channel_lost(y, *_):
    return np.where(np.arange(y.shape[-1]) < y.shape[-1] - 1, y, 0)


def first_row_only(y, *_):
    rest = np.random.default_rng(0).normal(size=y.shape)
    return np.where((np.arange(y.shape[0]) == 0).reshape(-1, *[1] * (y.ndim - 1)), y, rest) if y.ndim > 1 else y


@pytest.mark.sample(7)
@pytest.mark.parametrize(
    ("distort", "words"),
    [
        (lambda y, *_: 2 * y, "Your values are the right ones times 2."),
        (lambda y, a, _: scaled(y, a, 2), "Before beta is added, your values are the right ones times 2."),
        (lambda y, a, _: scaled(y, a, -1 / 3), "times -0.3333."),
        (sample, "from 1.044 to 1.414: sqrt(n / (n - 1)) for n values that share a mean."),
        (for_eps(1e-8), "Your values are right for eps=1e-08, whatever eps is given."),
        (for_eps(lambda eps: 2 * eps), "Your values are right for 2 times eps."),
        (for_eps(lambda eps: eps**0.5), "Your values are right for the square root of eps."),
        (lambda y, *_: y + 0.5, "Your values are the right ones plus 0.5."),
        (of_each_group, "the values of each group are the right ones times a number of its own."),
        (wider, "the values of each group are the right ones times a number of its own, the larger, the wider it is."),
        (lambda y, a, _: scaled(y, a, np.linspace(2, 3, y.shape[-1])), "the values of each channel are the right"),
        (lambda y, *_: y + np.linspace(2, 3, y.shape[-1]), "The values of each channel are the right ones plus"),
        (lambda y, *_: y[..., ::-1], "The output holds the right values, but in other places."),
        (lambda _, a, __: a["x"], "The output is x itself."),
        (lambda y, a, _: y * 0 + a["gamma"], "The output is gamma, whatever x is."),
        (lambda y, *_: y * 0 + 3, "All values of the output are the same."),
        (lambda y, *_: y * np.nan, "No value of the output is a finite number."),
        (first_group_only, "Only the first group is right."),
        (last_channel_lost, "Only the last channel is wrong."),
        (first_row_only, "Only the first row is right."),
        (lambda y, *_: np.clip(y, -1.5, 1.5), "Only values beyond 1.5 in size are wrong."),
        (lambda y, *_: np.maximum(y, 0), "Only negative values are wrong."),
    ],
)
def test_what_the_errors_are(distort, words):
    found = told(distort).values()
    assert sum(words in text for text in found) > len(CASES) / 2


@pytest.mark.parametrize(("got", "elsewhere"), [([3.0, 1.0, 2.0], True), ([1.002, 2.0, 3.0], False)])
def test_what_is_merely_inexact_does_not_stand_in_other_places(got, elsewhere):
    """Half precision allows so much that, in order, inexact values are the right ones too."""
    expected = np.array([1.0, 2.0, 3.0])
    seen = SimpleNamespace(got=np.array(got), expected=expected, allowed=np.array([1e-3, 1e-3, 4e-3]))
    assert (structure.other_places((seen,)) is not None) == elsewhere


def test_where_only_zeros_are_right_no_size_is_told():
    case = SimpleNamespace(x=np.zeros(3, np.float32))
    expected = np.array([0.0, -1.0, 2.0])
    seen = SimpleNamespace(case=case, expected=expected, allowed=np.full(3, 1e-6), wrong=expected != 0)
    assert parts.by_value([seen]) is None
    seen.expected = np.array([0.5, -1.0, 2.0])
    assert parts.by_value([seen]) == OnlyBeyond(size=0.5 - 1e-6)


def in_case(has, change=lambda y, *_: np.random.default_rng(0).normal(size=y.shape)):
    return lambda y, a, c: change(y, a, c) if has(c) else y


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    ("distort", "words", "cases"),
    [
        (in_case(lambda c: c.x.dtype.name == "float16"), "where x is float16", {"float16"}),
        (in_case(lambda c: c.x.dtype.itemsize == 2), "where x is in half precision", {"bfloat16", "float16"}),
        (in_case(lambda c: c.case.check.transform == "vmap"), "where your code is mapped by jax.vmap", {"under vmap"}),
        (in_case(lambda c: "large mean" in c.case.name), "where the mean is large beside the spread", {"large mean"}),
        (in_case(lambda c: size(c) == 1), "where every channel is a group of its own", {"as many groups as channels"}),
        (in_case(lambda c: "constant" in c.case.name), "where all values of a group are the same", {"constant groups"}),
        (in_case(lambda c: "default" in c.case.name), "where eps is left to its default", {"eps left to its default"}),
        (in_case(lambda c: c.arguments["eps"] == 0.5), "where eps=0.5", {"large eps"}),
        (in_case(lambda c: c.x.ndim > 2), "where x has 3 axes or more", {"sequences", "images", "under vmap"}),
        (in_case(lambda c: c.x.ndim == 1), "where x has 1 axis", {"one position"}),
        (
            in_case(lambda c: c.arguments["num_groups"] == 1),
            "where there is one group (the same cases in which the first axis of x has length one)",
            {"one group, one row"},
        ),
    ],
)
def test_which_cases_are_wrong(distort, words, cases):
    found = told(distort, TWICE)
    assert set(found) == cases
    assert all(text.startswith(f"Everything is right except {words}.") for text in found.values())


def test_nearly_all_cases_may_be_wrong():
    found = told(in_case(lambda c: c.arguments["num_groups"] != 1), TWICE)
    assert len(found) == sum(isinstance(c.case.check, Value) for c in CASES) - 1
    assert all(text.startswith("Nothing is right except where there is one group (") for text in found.values())


@pytest.mark.parametrize(
    ("has", "words"),
    [
        (lambda c: c.case.check.transform == "jit", "Everything is right except where your code runs under jax.jit."),
        (lambda c: c.x.ndim == 1, "Everything is right except where x has 1 axis."),
    ],
)
def test_cases_that_raised_are_told_where_they_differ(has, words):
    found = told(in_case(has, lambda *_: None), TWICE)
    assert len(found) == 1
    assert next(iter(found.values())).startswith(words)


@pytest.mark.parametrize(
    ("has", "said"),
    [
        (lambda c: c.case.check.transform == "jit", True),
        (lambda c: c.case.check.transform == "vmap", True),
        (lambda c: c.x.dtype.name == "float16", True),
        (lambda c: c.x.ndim == 1, False),
        (lambda c: "large mean" in c.case.name, False),
        (lambda c: c.arguments["eps"] == 0.5, False),
        (lambda c: c.arguments["num_groups"] == 1, False),
        (lambda c: c.arguments["num_groups"] != 1, False),
    ],
)
def test_what_sets_a_single_case_apart_is_told_only_of_how_it_is_run(has, said):
    found = told(in_case(has))
    assert found
    assert all(("is right except" in text) == said for text in found.values()), found


@pytest.mark.parametrize(("outcome", "says"), [("right", False), ("skipped", True), ("wrong", True)])
def test_no_trait_is_told_against_another_case_of_the_report(outcome, says):
    """A gradient that is right for three axes: "everything is right except where x has 3 axes" would be false."""
    comparisons = []
    for index, case in enumerate(TWICE):
        if isinstance(case.case.check, Value):
            arrays = float64_arrays(case, REFERENCE)
            right = REFERENCE.value(arrays, case.arguments)
            answered = answer(right + (np.arange(right.size).reshape(right.shape) if case.x.ndim > 2 else 0), case)
            comparisons.append(compared(index, case, REFERENCE, answered))
    several = next(case for case in CASES if isinstance(case.case.check, Value) and case.x.ndim > 2)
    check = Gradient(cotangent=Draw(shape=several.x.shape))
    other = replace(several, case=replace(several.case, check=check))
    comparisons.append(Comparison(index=len(TWICE), case=other, outcome=outcome))
    found = which_cases(gather(comparisons))
    assert (found is not None) == says


def test_a_wrong_default_is_told_from_an_argument_that_is_ignored():
    found = told(in_case(lambda c: "eps" not in c.case.arguments, for_eps(1e-8)))
    assert list(found) == ["eps left to its default"]
    assert (
        "Your values are right for eps=1e-08, where eps is left out. Which default" in found["eps left to its default"]
    )


def test_of_noise_is_said_that_nothing_is_known():
    found = told(lambda y, *_: np.random.default_rng(0).normal(size=y.shape))
    assert all(text.startswith("No known mistake gives these values") for text in found.values())
    assert all(
        text.endswith("Which of your steps can you check by hand, on two or three numbers?") for text in found.values()
    )


def test_half_a_slip_is_no_pattern():
    """One value is wrong in one case: no word on groups or channels."""

    def slip(y, _, case):
        y = y.copy()
        y.flat[7] += 1 if case.case.name == "three groups" else 0
        return y

    found = told(slip)
    assert list(found) == ["three groups"]
    assert found["three groups"].endswith("Only some of the values are wrong: what do they have in common?")
