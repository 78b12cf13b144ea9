"""The author's proof finds each defect that it is there to find; a runner that plays answers back keeps it quick."""

import dataclasses
import re

import numpy as np
import pytest

from exercises.loader import COURSE, load
from exercises.spec import Fixed, Misconception, RightVariant
from grader import cli, cli_author, cli_course
from grader.author import Setting, matrix, prove
from grader.runners.fresh import FreshRunner

EXERCISE = load("group_norm_1d")
WRONG_VARIANT = RightVariant(name="not_right", source=EXERCISE.solution.replace("self.eps)", "0.5)"))
FEW = {"right_variants": (), "misconceptions": ()}


def proved(*, course=COURSE, spec=None, **changes):
    exercise = dataclasses.replace(
        EXERCISE, spec=dataclasses.replace(EXERCISE.spec, **{**FEW, **(spec or {})}), **changes
    )
    findings = prove(exercise, Setting(seed=0, runner=FreshRunner(), jobs=2, course=course))
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
    finding = next(prove(EXERCISE, Setting(seed=0, runner=FreshRunner(), course=tmp_path)))
    assert not finding.holds
    assert "parent" not in finding.detail  # which Flax adds
    assert new.split(" =")[0].strip("()").split(", ")[-1].split(":")[0] in finding.detail


def test_a_file_without_the_entry_is_found(tmp_path):
    folder = tmp_path / EXERCISE.slug
    folder.mkdir()
    for name in ("starter.py", "solution.py"):
        (folder / name).write_text("x = 1", "utf-8")
    finding = next(prove(EXERCISE, Setting(seed=0, runner=FreshRunner(), course=tmp_path)))
    assert (finding.holds, finding.detail) == (False, "group_norm_1d/starter.py defines no MyGroupNorm")


def broken(_arrays, _arguments):
    raise KeyError("no such thing")


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"value": broken}, "raised KeyError: 'no such thing'"),
        ({"value": lambda a, _: a["x"].astype(np.float32)}, "value must return a float64 array; it returns float32"),
        ({"value": lambda a, _: float(a["x"][0])}, "value must return a float64 array; it returns float"),
        ({"value": lambda a, _: a["x"] / 0}, "value must be finite everywhere; it is not"),
        ({"moved": lambda a, *_: a["x"][:1]}, "moved must have the shape of value, (6,); it has (1,)"),
        ({"moved": lambda a, *_: -np.abs(a["x"])}, "moved must be 0 or more everywhere; it is not"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_reference_that_does_not_answer_is_one_finding_and_the_last(change, detail):
    reference = dataclasses.replace(EXERCISE.spec.reference, **change)
    spec = dataclasses.replace(EXERCISE.spec, reference=reference)
    findings = list(matrix(dataclasses.replace(EXERCISE, spec=spec), (), Setting(seed=0, runner=FreshRunner())))
    assert [(f.what, f.holds) for f in findings] == [("the reference answers every case", False)]
    assert findings[0].detail.startswith('"worked example": ')
    assert findings[0].detail.endswith(detail)


def test_a_case_that_cannot_be_drawn_is_a_finding():
    inexact = dataclasses.replace(EXERCISE.spec.cases[1], x=Fixed(values=(0.1,), shape=(1,)))
    spec = dataclasses.replace(EXERCISE.spec, cases=(inexact,))
    (finding,) = matrix(dataclasses.replace(EXERCISE, spec=spec), (), Setting(seed=0, runner=FreshRunner()))
    assert finding.detail.startswith('"worked example": raised ValueError: ')
    assert not finding.holds
    assert finding.what == "every case can be drawn"
    assert "asks for values that are not exact in float32" in finding.detail


def test_a_misconception_that_raises_and_texts_out_of_form_are_found():
    ideas = (Misconception(name="broken", title="?", text="No question.", value=broken),)
    findings = proved(spec={"misconceptions": ideas}, statement="No title")
    assert "raised KeyError" in findings["misconception broken is caught"].detail
    words = findings["statement and explanations are in form"]
    assert not words.holds
    assert "must begin with a title" in words.detail
    assert "misconception broken must end in a question" in words.detail


def fewer(slug, course=COURSE):
    """An exercise with one right variant, so that proving it takes seconds."""
    exercise = load(slug, course)
    few = {"right_variants": exercise.spec.right_variants[:1], "misconceptions": exercise.spec.misconceptions[:9]}
    return dataclasses.replace(exercise, spec=dataclasses.replace(exercise.spec, **few))


def test_author_check_prints_the_kill_matrix(monkeypatch, capsys):
    monkeypatch.setattr(cli_course, "load", fewer)
    assert cli.run(["author", "check", "group_norm_1d"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"\ngroup_norm_1d: all 21 findings hold, \d+\.\d s\n$", out)
    assert out.startswith(
        "group_norm_1d, seed 0\n  ok    starter and solution have the same signatures\n"
        "  ok    statement and explanations are in form\n  ok    the reference answers every case\ncases: 1 param"
    )
    for row in ("missing_root", "answer 0", "solution", "five_steps"):
        assert re.search(rf"^  ok    {row} +\d\S* @\d+  ", out, re.MULTILINE), row
    assert max(len(line) for line in out.splitlines()) <= 100


def test_author_check_says_in_words_what_fails(monkeypatch, capsys):
    def broken(slug, course):
        exercise = fewer(slug, course)
        harmless = Misconception(name="harmless", title="right", text="?")
        return dataclasses.replace(
            exercise, spec=dataclasses.replace(exercise.spec, misconceptions=(harmless,), right_variants=())
        )

    monkeypatch.setattr(cli_course, "load", broken)
    assert cli.run(["author", "check", "group_norm_1d"]) == 1
    out = capsys.readouterr().out
    assert "\n  FAILS harmless " in out
    assert "FAILS misconception harmless is caught: no case tells it from the solution" in " ".join(out.split())
    assert re.search(r"\ngroup_norm_1d: 1 of 12 findings FAIL, \d+\.\d s\n$", out)


def test_author_survey_prints_what_matters(monkeypatch, capsys):
    monkeypatch.setattr(cli_course, "load", fewer)
    assert cli.run(["author", "survey", "group_norm_1d", "--seeds", "2", "--seed", "5"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("group_norm_1d, seeds 5 to 6\n")
    assert "0 right programs rejected in 4 runs; least room: " in out
    assert "0 wrong ideas accepted in 30 runs; least room: " in out


def test_author_matrix_runs_nothing(monkeypatch, capsys):
    def run(*_):
        raise AssertionError

    monkeypatch.setattr(cli_course, "load", fewer)
    monkeypatch.setattr("grader.author.grade", run)
    assert cli.run(["author", "matrix", "group_norm_1d"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^  ok    missing_root +\d\S* @\d+  ", out, re.MULTILINE)
    assert "Right programs" not in out
    assert re.search(r"\ngroup_norm_1d: all 16 findings hold, \d+\.\d s\n$", out)


def test_author_matrix_runs_right_programs_if_asked(monkeypatch, capsys):
    monkeypatch.setattr(cli_course, "load", fewer)
    assert cli.run(["author", "matrix", "group_norm_1d", "--right"]) == 0
    out = capsys.readouterr().out
    assert "Right programs" in out
    assert "starter" not in out
    assert re.search(r"^  ok    five_steps +\d\S* @\d+  ", out, re.MULTILINE)


def test_the_guide_is_what_author_guide_prints(capsys):
    assert cli.run(["author", "guide"]) == 0
    assert capsys.readouterr().out.strip() == cli_author.GUIDE.read_text("utf-8").strip()
