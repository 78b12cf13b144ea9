"""What is said of shards that do not fit."""
# ruff: noqa: E501 - sentences

from dataclasses import replace

import pytest

from exercises.loader import load
from exercises.spec import Shards, Value
from exercises.wellformed import problems

SPEC = load("sharded_group_norm").spec
CASE = next(case for case in SPEC.cases if case.name == "four devices")  # x has shape (2, 8, 12)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"check": Value()}, "cuts x over devices; that is for functions, with Value(transform='jit'), Gradient or Sent"),
        ({"shards": Shards(mesh={"d": 8}, cut=("", "d", ""))}, "has a mesh of 8 devices; there are 4"),
        ({"shards": Shards(mesh={"d": 4}, cut=("", "e", ""))}, "must cut x once along each axis of the mesh, ['d']; it cuts along ['e']"),
        ({"shards": Shards(mesh={"d": 4}, cut=("", "", ""))}, "must cut x once along each axis of the mesh, ['d']; it cuts along []"),
        ({"shards": Shards(mesh={"d": 4}, cut=("", "d"))}, "says of 2 axes how they are cut; x has 3"),
        ({"shards": Shards(mesh={"d": 4}, cut=("d", "", ""))}, "cuts x, shape (2, 8, 12), into pieces that are not equally large: {'d': 4}"),
    ],
)  # fmt: skip
def test_shards_that_do_not_fit(change, said):
    assert problems(replace(SPEC, cases=(replace(CASE, **change),))) == [f"case 'four devices' {said}"]


def test_what_is_sent_is_counted_where_x_is_cut_alone():
    (sent,) = (replace(case, shards=None, needs=()) for case in SPEC.cases if case.name == "what is sent")
    said = "counts what devices send, and must say how x is cut over them: shards"
    assert problems(replace(SPEC, cases=(sent,))) == [f"case 'what is sent' {said}"]


def test_those_of_the_course_fit():
    assert problems(SPEC) == []
