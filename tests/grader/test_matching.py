import numpy as np
import pytest

from exercises.loader import load_all
from exercises.spec import Raises
from grader.diagnosis.matching import diagnose, simulated
from grader.plan import make_plan
from grader.transcript import Answer, Problem

EXERCISES = load_all()
ALL = [(e, m) for e in EXERCISES for m in e.spec.misconceptions]


def answers_of(exercise, cases, misconception):
    """What a float32 program with this idea answers, rounding and all."""
    found = {}
    for index, case in enumerate(cases):
        arrays = simulated(misconception, case, exercise.spec.reference)
        if arrays is not None and not isinstance(case.case.check, Raises):
            rounded = {n: a.astype(case.x.dtype if n == "value" else np.float32) for n, a in arrays.items()}
            found[index] = Answer(arrays=rounded, problem=None, printed="")
    return found


@pytest.mark.parametrize(("exercise", "misconception"), ALL, ids=[f"{e.slug}-{m.name}" for e, m in ALL])
def test_each_misconception_is_named_and_no_other(exercise, misconception):
    for seed in (0, 1, 2):
        cases = make_plan(exercise, seed=seed).cases
        answers = answers_of(exercise, cases, misconception)
        found = diagnose(cases, answers, exercise.spec.misconceptions, exercise.spec.reference)
        assert found is not None
        assert found.misconception == misconception.name
        assert found.text.startswith("This is ")
        assert found.text.rstrip().endswith("?")


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_a_right_answer_with_one_slip_is_no_misconception(exercise):
    cases = make_plan(exercise, seed=0).cases
    right = {
        i: Answer(
            arrays={"value": exercise.spec.reference.value(a, c.arguments).astype(c.x.dtype)}, problem=None, printed=""
        )
        for i, c in enumerate(cases)
        if c.parameters
        for a in [{n: v.astype(np.float64) for n, v in {"x": c.x, **c.parameters}.items()}]
    }
    right[max(right)].arrays["value"].flat[0] += 1
    assert diagnose(cases, right, exercise.spec.misconceptions, exercise.spec.reference) is None


@pytest.mark.parametrize(
    "value", [np.zeros(3), np.zeros((5, 12), complex), np.zeros((5, 12), int), np.full((5, 12), np.nan)]
)
def test_answers_of_any_kind_do_no_harm(value):
    exercise = EXERCISES[1]
    cases = make_plan(exercise, seed=0).cases
    answers = {
        0: Answer(arrays={}, problem=Problem(kind="raised"), printed=""),
        1: Answer(arrays={"value": value}, problem=None, printed=""),
    }
    assert diagnose(cases, answers, exercise.spec.misconceptions, exercise.spec.reference) is None
