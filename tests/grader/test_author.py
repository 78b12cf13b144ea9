"""The author's proof finds each defect that it is there to find; a runner that plays answers back keeps it quick."""

import dataclasses

import pytest

from exercises.loader import COURSE, load
from exercises.spec import Draw, Misconception, RightVariant
from grader.author import margins, prove
from grader.plan import make_plan
from grader.runners.fresh import FreshRunner

EXERCISE = load("group_norm_1d")
WRONG_VARIANT = RightVariant(name="not_right", source=EXERCISE.solution.replace("self.eps)", "0.5)"))
FEW = {"right_variants": (), "misconceptions": ()}


def proved(*, course=COURSE, spec=None, **changes):
    exercise = dataclasses.replace(
        EXERCISE, spec=dataclasses.replace(EXERCISE.spec, **{**FEW, **(spec or {})}), **changes
    )
    findings = prove(exercise, seed=0, runner=FreshRunner(), jobs=2, course=course)
    return {f.what: f for f in findings}


def test_the_exercise_itself_is_proved():
    findings = proved(
        spec={"right_variants": EXERCISE.spec.right_variants[:1], "misconceptions": EXERCISE.spec.misconceptions}
    )
    assert all(f.holds for f in findings.values())
    assert {"starter fails", "solution passes", "right variant five_steps passes"} < set(findings)
    assert findings["misconception missing_root is caught"].detail.startswith('by "')
    assert findings["misconception gamma_zero is caught"].detail == 'by "parameters", refused'


def test_defects_in_programs_are_found():
    findings = proved(starter=EXERCISE.solution, solution=EXERCISE.starter, spec={"right_variants": (WRONG_VARIANT,)})
    assert not findings["starter fails"].holds
    assert not findings["solution passes"].holds
    assert "not written yet" in findings["solution passes"].detail
    assert not findings["right variant not_right passes"].holds
    assert "expected" in findings["right variant not_right passes"].detail


def test_a_misconception_that_no_case_catches_is_found():
    harmless = Misconception(name="harmless", title="right", text="?", value=EXERCISE.spec.reference.value)
    finding = proved(spec={"misconceptions": (harmless,)})["misconception harmless is caught"]
    assert not finding.holds
    assert finding.detail == "no case tells it from the solution"


@pytest.mark.parametrize(("old", "new"), [("eps: float = 1e-5", "eps: float = 1e-6"), ("(self, x)", "(self, inputs)")])
def test_signatures_that_differ_are_found(tmp_path, old, new):
    folder = tmp_path / EXERCISE.slug
    folder.mkdir()
    (folder / "solution.py").write_text(EXERCISE.solution, "utf-8")
    assert old in EXERCISE.starter
    (folder / "starter.py").write_text(EXERCISE.starter.replace(old, new), "utf-8")
    finding = next(prove(EXERCISE, seed=0, runner=FreshRunner(), jobs=1, course=tmp_path))
    assert not finding.holds
    assert new.split(" =")[0].strip("()").split(", ")[-1].split(":")[0] in finding.detail


def test_margins_name_the_cases_that_catch():
    cases = make_plan(EXERCISE, seed=0).cases
    eps_outside = next(m for m in EXERCISE.spec.misconceptions if m.name == "eps_outside_root")
    found = margins(EXERCISE, cases, eps_outside)
    assert found["small variance"] > 1e4
    assert found["large mean"] < 1000
    assert isinstance(cases[2].case.x, Draw)
