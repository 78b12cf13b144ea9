"""The author's proof finds each defect that it is there to find; a runner that plays answers back keeps it quick."""

import dataclasses
import re

import pytest

from exercises.loader import COURSE, load
from exercises.spec import Misconception, RightVariant
from grader.author import prove
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
    assert findings["misconception missing_root is caught"].detail.endswith(" times what is allowed")
    assert findings["misconception parameters_per_group is caught"].detail == 'by "parameters", refused: shape'
    assert findings["degenerate answer 0 is caught"].row.kind == "degenerate"
    assert findings["right variant five_steps passes"].row.name == "five_steps"


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


def test_too_little_room_is_found():
    """Accepted, but by a hair: a misconception that is caught too narrowly, a right variant that nearly fails."""
    reference = EXERCISE.spec.reference
    epsilon = 2.0**-23

    def nearly(arrays, arguments):
        return reference.value(arrays, arguments) + 20 * reference.moved(arrays, arguments, epsilon)

    off = EXERCISE.solution.replace("+ beta", "+ beta * (1 + 2e-6)")
    assert off != EXERCISE.solution
    findings = proved(
        spec={
            "misconceptions": (Misconception(name="near", title="?", text="?", value=nearly),),
            "right_variants": (RightVariant(name="off", source=off),),
        }
    )
    near, variant = findings["misconception near is caught"], findings["right variant off passes"]
    assert (near.holds, variant.holds) == (False, False)
    assert 1 < near.row.margin < 5
    assert re.fullmatch(r'"[^"]+" allows only 1\.\d times its error', variant.detail)


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
