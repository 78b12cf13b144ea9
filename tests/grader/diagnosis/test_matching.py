import dataclasses
from collections import Counter

import numpy as np
import pytest
from sampled import first_rows
from telling import compared, explained, named

from grader.course import Misconception, Raises, Residuals, Sent
from grader.course.loader import load, load_all
from grader.diagnosis.diagnose import diagnose
from grader.judge import outputs
from grader.judge.comparison import float64_arrays
from grader.judge.judge import judge, simulated
from grader.plan.cases import make_plan
from grader.sandbox.transcript import Answer, Problem

EXERCISES = [e for e in load_all() if e.spec.entry.kind != "training"]  # whose ideas are programs
ONE, ND = load("group_norm_1d"), load("group_norm_nd")
RIGHT = Misconception(name="right", title="right", text="?")
ALL = [(e, m) for e in EXERCISES for m in e.spec.misconceptions]


def comparisons(exercise, cases, answers):
    return [compared(i, cases[i], exercise.spec.reference, answer) for i, answer in sorted(answers.items())]


def diagnosed(exercise, cases, answers):
    return diagnose(exercise.spec, comparisons(exercise, cases, answers))


def answers_of(exercise, cases, misconception):
    """What a float32 program with this idea answers, rounding and all."""
    found = {}
    for index, case in enumerate(cases):
        arrays = simulated(misconception, case, exercise.spec.reference)
        if arrays is not None and not isinstance(case.case.check, Raises):
            rounded = {n: a.astype(case.x.dtype if n == "value" else np.float32) for n, a in arrays.items()}
            if isinstance(case.case.check, Residuals | Sent):
                rounded = arrays
            if "value" in rounded:
                reference = exercise.spec.reference
                wanted = outputs.parts(reference, float64_arrays(case, reference), case.arguments)
                rounded |= outputs.taken_apart(rounded.pop("value"), wanted)
            found[index] = Answer(arrays=rounded, problem=None, printed="")
    return found


@pytest.mark.parametrize(("exercise", "misconception"), first_rows(ALL, 20), ids=[f"{e.slug}-{m.name}" for e, m in ALL])
def test_each_misconception_is_named_and_no_other(exercise, misconception, request):
    for seed in range(3 if request.config.getoption("--every-wrong-submission") else 1):
        cases = make_plan(exercise, seed=seed).cases
        answers = answers_of(exercise, cases, misconception)
        found = diagnosed(exercise, cases, answers)
        assert {named(diagnosis) for diagnosis in found.values()} == {misconception.name}
        asked = set(answers)
        if not misconception.of_values and not misconception.rounding:
            asked = {i for i in answers if judge(i, cases[i], exercise.spec.reference, answers[i]).outcome == "wrong"}
        assert set(found) == asked
        text = explained(found[min(asked)])
        assert text.startswith(f"The mistake: {misconception.title}. ")
        assert text.endswith("?")


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_what_is_right_is_not_diagnosed_even_where_few_cases_were_answered(exercise):
    cases = make_plan(exercise, seed=0).cases
    answers = answers_of(exercise, cases, RIGHT)
    assert diagnosed(exercise, cases, answers) == {}
    for index, answer in answers.items():
        assert diagnosed(exercise, cases, {index: answer}) == {}


@pytest.mark.full
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.slug)
def test_a_right_answer_with_one_slip_is_no_misconception(exercise):
    cases = make_plan(exercise, seed=0).cases
    answers = answers_of(exercise, cases, RIGHT)
    last = max(answers)
    next(iter(answers[last].arrays.values())).flat[0] += 1
    found = diagnosed(exercise, cases, answers)
    assert all(named(diagnosis) == "" for diagnosis in found.values())
    assert set(found) <= {last}


@pytest.mark.parametrize(
    "value", [np.zeros(3), np.zeros((5, 12), complex), np.zeros((5, 12), int), np.full((5, 12), np.nan)]
)
def test_answers_of_any_kind_do_no_harm(value):
    exercise = ND
    cases = make_plan(exercise, seed=0).cases
    answers = {
        0: Answer(arrays={}, problem=Problem(kind="raised"), printed=""),
        1: Answer(arrays={"value": value}, problem=None, printed=""),
    }
    assert all(named(diagnosis) == "" for diagnosis in diagnosed(exercise, cases, answers).values())


def test_two_ideas_at_once_are_named_together():
    exercise = ONE.spec
    cases = make_plan(ONE, seed=0).cases
    one, other = (next(m for m in exercise.misconceptions if m.name == n) for n in ("eps_squared", "beta_subtracted"))
    both = dataclasses.replace(one, value=exercise.assemble({**one.parts, **other.parts}))
    found = diagnosed(ONE, cases, answers_of(ONE, cases, both))
    assert {named(diagnosis) for diagnosis in found.values()} == {"eps_squared+beta_subtracted"}
    text = explained(next(iter(found.values())))
    assert text.startswith("Two mistakes at once: eps squared under the root; and beta taken away")
    assert text.count("?") == 2


def test_an_idea_that_the_first_wrong_case_rules_out_is_not_looked_at_again():
    exercise, calls = ND, Counter()
    cases = make_plan(exercise, seed=0).cases

    def counted(misconception):
        def value(arrays, arguments):
            calls[misconception.name] += 1
            return misconception.value(arrays, arguments)

        return dataclasses.replace(misconception, value=value if misconception.value else None, parts={})

    counting = dataclasses.replace(
        exercise.spec, misconceptions=tuple(counted(m) for m in exercise.spec.misconceptions), assemble=None
    )
    answers = answers_of(exercise, cases, RIGHT)
    for answer in answers.values():
        answer.arrays["value"] = answer.arrays["value"] * 3 + 7 if "value" in answer.arrays else None
    del answers[0]
    diagnose(counting, comparisons(exercise, cases, answers))
    assert set(calls.values()) == {1}


def test_an_idea_with_no_number_to_give_explains_little():
    """0/0 everywhere would fit any answer at all."""
    exercise = ONE.spec
    cases = make_plan(ONE, seed=0).cases
    nothing = Misconception(name="nothing", title="?", text="?", value=lambda a, _: a["x"] * np.nan)
    answers = {i: a for i, a in answers_of(ONE, cases, exercise.misconceptions[0]).items() if i}
    only = dataclasses.replace(exercise, misconceptions=(nothing,), assemble=None)
    assert all(named(diagnosis) != "nothing" for diagnosis in diagnose(only, comparisons(ONE, cases, answers)).values())
