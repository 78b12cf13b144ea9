"""What is said of a SPEC that breaks a rule: shards that do not fit, and another format."""

from dataclasses import replace

import pytest

from grader.course import FORMAT, Shards, Value
from grader.course.loader import load
from grader.course.wellformed import problems

SPEC = load("sharded_group_norm").spec
CASE = next(case for case in SPEC.cases if case.name == "four devices")  # x has shape (2, 8, 12)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"check": Value()}, "splits x over devices; only a function may, with Value(transform='jit'), Gradient or Sent"),
        ({"shards": Shards(mesh={"d": 8}, cut=("", "d", ""))}, "has a mesh of 8 devices; use 1 to 4"),
        ({"shards": Shards(mesh={"d": 4}, cut=("", "e", ""))}, "must split x once along each axis of the mesh, ['d']; it splits along ['e']"),
        ({"shards": Shards(mesh={"d": 4}, cut=("", "", ""))}, "must split x once along each axis of the mesh, ['d']; it splits along []"),
        ({"shards": Shards(mesh={"d": 4}, cut=("", "d"))}, "says how 2 axes are split; x has 3"),
        ({"shards": Shards(mesh={"d": 4}, cut=("d", "", ""))}, "splits x, shape (2, 8, 12), into pieces of unequal size: {'d': 4}"),
    ],
)  # fmt: skip
def test_shards_that_do_not_fit(change, said):
    assert problems(replace(SPEC, cases=(replace(CASE, **change),))) == [f"case 'four devices' {said}"]


def test_the_same_rules_hold_for_situations():
    odd = replace(CASE, name="odd", shards=Shards(mesh={"d": 4}, cut=("", "d")))
    assert problems(replace(SPEC, situations=(odd,))) == ["case 'odd' says how 2 axes are split; x has 3"]
    assert problems(replace(SPEC, situations=(CASE,))) == ["two cases are called 'four devices'; names must be unique"]


def test_a_situation_is_one_that_can_be_evaluated():
    said = "is evaluated only; use a Draw, and Value, plain or under jit, or Gradient"
    fixed = replace(next(case for case in SPEC.cases if case.name == "worked example"), name="odd")
    sent = replace(next(case for case in SPEC.cases if case.name == "what is sent"), name="odd")
    for odd in (fixed, sent):
        assert problems(replace(SPEC, situations=(odd,))) == [f"situation 'odd' {said}"]


def test_what_is_sent_is_counted_only_where_x_is_split():
    (sent,) = (replace(case, shards=None, needs=()) for case in SPEC.cases if case.name == "what is sent")
    said = "counts what devices send, so it must have shards, which say how x is split"
    assert problems(replace(SPEC, cases=(sent,))) == [f"case 'what is sent' {said}"]


def test_another_format_is_told_before_all_else():
    said = f"format={FORMAT + 1}, but this grader reads format {FORMAT}; install the grader it was written for"
    assert problems(replace(SPEC, format=FORMAT + 1, cases=())) == [said]


def test_those_of_the_course_fit():
    assert problems(SPEC) == []
