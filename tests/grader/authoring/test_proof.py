"""The author's proof finds each defect that it is there to find; a runner that plays answers back keeps it quick."""

import dataclasses
import re

import numpy as np
import pytest

from grader.authoring.kill_matrix import Cell, Row
from grader.authoring.proof import Claim, Setting, matrix, prove
from grader.authoring.proof_in_words import in_words
from grader.cli import author, main
from grader.course import Draw, Fixed, Misconception, RightVariant
from grader.course.loader import COURSE, load
from grader.sandbox.fresh import FreshRunner

EXERCISE = load("group_norm_1d")
WRONG_VARIANT = RightVariant(name="not_right", source=EXERCISE.solution.replace("self.eps)", "0.5)"))
FEW = {"right_variants": (), "misconceptions": ()}


def proved(*, course=COURSE, spec=None, **changes):
    exercise = dataclasses.replace(
        EXERCISE, spec=dataclasses.replace(EXERCISE.spec, **{**FEW, **(spec or {})}), **changes
    )
    claims = prove(exercise, Setting(seed=0, runner=FreshRunner(), jobs=2, course=course))
    return {(claim.subject, claim.name): claim for claim in claims}


@pytest.mark.full
def test_the_exercise_itself_is_proved():
    claims = proved(
        spec={"right_variants": EXERCISE.spec.right_variants[:1], "misconceptions": EXERCISE.spec.misconceptions}
    )
    assert all(claim.holds for claim in claims.values())
    words = {in_words(claim) for claim in claims.values()}
    assert {"starter fails", "solution passes", "right variant five_steps passes"} < words
    root = in_words(claims["misconception", "missing_root"])
    assert re.fullmatch(r'misconception missing_root is caught: by "[^"]+", \d\S* times what is allowed', root)
    refused = in_words(claims["misconception", "parameters_per_group"])
    assert refused == 'misconception parameters_per_group is caught: by "parameters", refused: shape'
    assert claims["degenerate", "answer 0"].row.kind == "degenerate"
    assert claims["right variant", "five_steps"].row.name == "five_steps"


@pytest.mark.full
def test_defects_in_programs_are_found():
    claims = proved(starter=EXERCISE.solution, solution=EXERCISE.starter, spec={"right_variants": (WRONG_VARIANT,)})
    broken_ones = [claims["starter", ""], claims["solution", ""], claims["right variant", "not_right"]]
    assert [claim.holds for claim in broken_ones] == [False] * 3
    starter, solution, variant = map(in_words, broken_ones)
    assert starter == "starter fails: it earned points"
    assert solution.startswith("solution passes: parameters: not written yet")
    assert variant.startswith("right variant not_right passes: ")
    assert "expected" in variant


@pytest.mark.full
def test_a_misconception_that_no_case_catches_is_found():
    harmless = Misconception(name="harmless", title="right", text="?", value=EXERCISE.spec.reference.value)
    claim = proved(spec={"misconceptions": (harmless,)})["misconception", "harmless"]
    assert not claim.holds
    assert in_words(claim) == "misconception harmless is caught: no case tells it from the solution"


@pytest.mark.full
def test_too_little_room_is_found():
    """Accepted, but by a hair: a misconception that is caught too narrowly, a right variant that nearly fails."""
    reference = EXERCISE.spec.reference
    epsilon = 2.0**-23

    def nearly(arrays, arguments):
        return reference.value(arrays, arguments) + 20 * reference.moved(arrays, arguments, epsilon)

    off = EXERCISE.solution.replace("+ beta", "+ beta * (1 + 2e-6)")
    assert off != EXERCISE.solution
    claims = proved(
        spec={
            "misconceptions": (Misconception(name="near", title="?", text="?", value=nearly),),
            "right_variants": (RightVariant(name="off", source=off),),
        }
    )
    near, variant = claims["misconception", "near"], claims["right variant", "off"]
    assert (near.holds, variant.holds) == (False, False)
    assert 1 < near.row.margin < 5
    assert re.fullmatch(r'right variant off passes: "[^"]+" allows only 1\.\d times its error', in_words(variant))


@pytest.mark.parametrize(("old", "new"), [("eps: float = 1e-5", "eps: float = 1e-6"), ("(self, x)", "(self, inputs)")])
def test_signatures_that_differ_are_found(tmp_path, old, new):
    folder = tmp_path / EXERCISE.slug
    folder.mkdir()
    (folder / "solution.py").write_text(EXERCISE.solution, "utf-8")
    assert old in EXERCISE.starter
    (folder / "starter.py").write_text(EXERCISE.starter.replace(old, new), "utf-8")
    claim = next(prove(EXERCISE, Setting(seed=0, runner=FreshRunner(), course=tmp_path)))
    assert not claim.holds
    assert "parent" not in claim.reason  # which Flax adds
    assert new.split(" =")[0].strip("()").split(", ")[-1].split(":")[0] in claim.reason


def test_a_file_without_the_entry_is_found(tmp_path):
    folder = tmp_path / EXERCISE.slug
    folder.mkdir()
    for name in ("starter.py", "solution.py"):
        (folder / name).write_text("x = 1", "utf-8")
    claim = next(prove(EXERCISE, Setting(seed=0, runner=FreshRunner(), course=tmp_path)))
    assert (claim.holds, claim.reason) == (False, "group_norm_1d/starter.py defines no MyGroupNorm")


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
def test_a_reference_that_does_not_answer_is_one_claim_and_the_last(change, detail):
    reference = dataclasses.replace(EXERCISE.spec.reference, **change)
    spec = dataclasses.replace(EXERCISE.spec, reference=reference)
    (claim,) = matrix(dataclasses.replace(EXERCISE, spec=spec), (), Setting(seed=0, runner=FreshRunner()))
    assert not claim.holds
    assert in_words(claim).startswith('the reference answers every case: "worked example": ')
    assert claim.reason.endswith(detail)


def test_a_case_that_cannot_be_drawn_is_found():
    inexact = dataclasses.replace(EXERCISE.spec.cases[1], x=Fixed(values=(0.1,), shape=(1,)))
    spec = dataclasses.replace(EXERCISE.spec, cases=(inexact,))
    (claim,) = matrix(dataclasses.replace(EXERCISE, spec=spec), (), Setting(seed=0, runner=FreshRunner()))
    assert not claim.holds
    assert in_words(claim).startswith('every case can be drawn: "worked example": raised ValueError: ')
    assert "asks for values that are not exact in float32; take values such as halves" in claim.reason


def test_a_situation_that_cannot_be_drawn_is_named_and_no_case():
    """An innocent case was accused: whichever was drawn first."""
    far = dataclasses.replace(EXERCISE.spec.cases[1], name="far", x=Draw(shape=(6,), std=0.3))
    spec = dataclasses.replace(EXERCISE.spec, situations=(far,))
    (claim,) = matrix(dataclasses.replace(EXERCISE, spec=spec), (), Setting(seed=0, runner=FreshRunner()))
    assert claim.reason.startswith('"far": raised ValueError: ')
    assert claim.reason.endswith("; take a power of two as std, a round mean")


@pytest.mark.full
def test_a_misconception_that_raises_and_texts_out_of_form_are_found():
    ideas = (Misconception(name="broken", title="?", text="No question.", value=broken),)
    claims = proved(spec={"misconceptions": ideas}, statement="No title")
    assert "raised KeyError" in claims["misconception", "broken"].reason
    texts = claims["texts", ""]
    assert not texts.holds
    assert "must start with a title" in texts.reason
    assert "misconception broken must end in a question" in texts.reason


def fewer(slug, course=COURSE):
    """An exercise with one right variant, so that proving it takes seconds."""
    exercise = load(slug, course)
    few = {"right_variants": exercise.spec.right_variants[:1], "misconceptions": exercise.spec.misconceptions[:9]}
    return dataclasses.replace(exercise, spec=dataclasses.replace(exercise.spec, **few))


@pytest.mark.full
def test_author_check_prints_the_kill_matrix(monkeypatch, capsys):
    monkeypatch.setattr("grader.cli.course.load", fewer)
    assert main.run(["author", "check", "group_norm_1d"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"\ngroup_norm_1d: all 22 claims hold, \d+\.\d s\n$", out)
    assert out.startswith(
        "group_norm_1d, seed 0\n  ok    starter and solution have the same signatures\n"
        "  ok    the statement has a title, and every explanation ends in a question\n"
        "  ok    the reference answers every case\ncases: 1 param"
    )
    for row in ("missing_root", "answer 0", "solution", "five_steps"):
        assert re.search(rf"^  ok    {row} +\d\S* @\d+  ", out, re.MULTILINE), row
    assert max(len(line) for line in out.splitlines()) <= 100


@pytest.mark.full
def test_author_check_says_in_words_what_fails(monkeypatch, capsys):
    def broken(slug, course):
        exercise = fewer(slug, course)
        harmless = Misconception(name="harmless", title="right", text="?")
        return dataclasses.replace(
            exercise, spec=dataclasses.replace(exercise.spec, misconceptions=(harmless,), right_variants=())
        )

    monkeypatch.setattr("grader.cli.course.load", broken)
    assert main.run(["author", "check", "group_norm_1d"]) == 1
    out = capsys.readouterr().out
    assert "\n  FAILS harmless " in out
    assert "FAILS misconception harmless is caught: no case tells it from the solution" in " ".join(out.split())
    assert re.search(r"\ngroup_norm_1d: 1 of 12 claims FAIL, \d+\.\d s\n$", out)


@pytest.mark.full
def test_author_survey_prints_what_matters(monkeypatch, capsys):
    monkeypatch.setattr("grader.cli.course.load", fewer)
    assert main.run(["author", "survey", "group_norm_1d", "--seeds", "2", "--seed", "5"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("group_norm_1d, seeds 5 to 6\n")
    assert "0 right programs rejected in 4 runs; least room: " in out
    assert "0 wrong ideas accepted in 30 runs; least room: " in out


def test_author_matrix_runs_nothing(monkeypatch, capsys):
    def run(*_):
        raise AssertionError

    monkeypatch.setattr("grader.cli.course.load", fewer)
    monkeypatch.setattr("grader.authoring.proof.grade", run)
    assert main.run(["author", "matrix", "group_norm_1d"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^  ok    missing_root +\d\S* @\d+  ", out, re.MULTILINE)
    assert "Right programs" not in out
    assert re.search(r"\ngroup_norm_1d: all 16 claims hold, \d+\.\d s\n$", out)


@pytest.mark.full
def test_author_matrix_runs_right_programs_if_asked(monkeypatch, capsys):
    monkeypatch.setattr("grader.cli.course.load", fewer)
    assert main.run(["author", "matrix", "group_norm_1d", "--right"]) == 0
    out = capsys.readouterr().out
    assert "Right programs" in out
    assert "starter" not in out
    assert re.search(r"^  ok    five_steps +\d\S* @\d+  ", out, re.MULTILINE)


def test_the_guide_is_what_author_guide_prints(capsys):
    assert main.run(["author", "guide"]) == 0
    assert capsys.readouterr().out.strip() == author.GUIDE.read_text("utf-8").strip()


def test_a_misconception_that_was_run_is_said_to_be_named_or_what_came_instead():
    row = Row(name="x", kind="misconception", cells=(Cell(9.0),))
    claim = Claim(subject="misconception", name="x", holds=True, ran=True, outcome="wrong", named=("x",), row=row)
    assert in_words(claim) == "misconception x is caught and named"
    other = dataclasses.replace(claim, holds=False, named=("a", "b"))
    assert in_words(other) == "misconception x is caught and named: it is wrong, named a, b"
    missed = dataclasses.replace(claim, holds=False, outcome="right", named=())
    assert in_words(missed) == "misconception x is caught and named: it is right, named nothing"
