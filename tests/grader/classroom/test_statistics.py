"""Numbers of classes small enough to be counted by hand, and of a pretended one."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from pretended import pretended_class

from grader.classroom import statistics
from grader.classroom.alike import clusters, key
from grader.classroom.results import Batch, Grade
from grader.course.loader import load_all
from grader.diagnosis.matching import named
from grader.findings.base import Spot
from grader.findings.of_case import Broke
from grader.findings.of_errors import AllEqual, Idea, OnlyBeyond, OnlyOne, OnlySign, Scaled, ScaledEach
from grader.report import CaseResult, Diagnosis, Report, refused

GRADED = pretended_class(1).grades[0].graded
OUTSIDE = Idea(name="eps", title="eps outside", text="The paragraph, with e.g. 0.5. A question?")
NO_ROOT = Idea(name="root", title="no root", text="Another paragraph. Another question?")
EPS = Diagnosis(ideas=(OUTSIDE,))
BOTH = Diagnosis(ideas=(OUTSIDE, NO_ROOT))


def case(name, outcome, *, points=1.0, **fields):
    earned = points if outcome == "right" else 0.0
    return CaseResult(name=name, seed=None, outcome=outcome, points=earned, max_points=points, situation="", **fields)


def grade(student, *cases, sha256="", **fields):
    report = Report(exercise="x", cases=cases, seed=None, seconds=1.0, **fields)
    return Grade(student=student, name=student, file="f.py", sha256=sha256, report=report, graded=GRADED, seed=1)


def batch(*grades):
    return Batch(exercise="x", title="X", hidden=True, practice="", grades=grades)


RIGHT = grade("right", case("a", "right"), case("b", "right", points=2.0))
HALF = grade("half", case("a", "right"), case("b", "wrong", points=2.0, diagnosis=EPS, margin=900.0))
NONE = grade("none", case("a", "wrong", diagnosis=BOTH), case("b", "skipped", points=2.0))
FAILED = grade(
    "failed",
    case("a", "wrong"),
    case("b", "wrong", points=2.0),
    error=refused("time", "stopped after 10 s"),
)
NOTHING = grade("nothing", case("a", "wrong"), case("b", "wrong", points=2.0), error=refused("nothing", "nothing"))
OURS = grade("ours", case("a", "not_checked"), case("b", "not_checked", points=2.0), fault=True)
CLASS = batch(RIGHT, HALF, NONE, FAILED, NOTHING, OURS)


def test_how_students_stand():
    assert statistics.standings(CLASS) == {"right": 1, "wrong": 3, "not_checked": 1, "nothing": 1}
    assert statistics.checked(CLASS) == (RIGHT, HALF, NONE, FAILED)


def test_scores_of_those_who_were_checked():
    found = statistics.distribution(CLASS)
    assert (found.count, found.mean, found.median, found.quartiles) == (4, 1.0, 0.5, (0.0, 1.5))
    assert found.deviation == pytest.approx(math.sqrt(6 / 4))
    assert [(b.low, b.high, b.count) for b in found.bins] == [(0, 1, 2), (1, 2, 1), (2, 3, 0), (3, 3, 1)]


@pytest.mark.parametrize("most", [0.3, 1.0, 2.5, 7.0, 16.0, 20.0, 33.5, 100.0, 1000.0])
def test_bins_cover_every_score_once(most):
    scores = np.linspace(0, most, 41)
    grades = [grade(str(s), replace(case("a", "wrong"), points=float(s), max_points=most)) for s in scores]
    bins = statistics.distribution(batch(*grades)).bins
    assert sum(b.count for b in bins) == len(scores)
    assert 3 <= len(bins) <= statistics.MOST_BINS + 1
    assert (bins[0].low, bins[-1].low, bins[-1].high, bins[-1].count) == (0, most, most, 1)
    assert all(a.high == b.low for a, b in pairwise(bins))


def test_points_that_do_not_add_up_exactly_are_full():
    tenths = [replace(case(str(i), "right"), points=0.1, max_points=0.1) for i in range(10)]
    assert statistics.distribution(batch(grade("a", *tenths))).bins[-1].count == 1


def test_a_class_without_a_score():
    found = statistics.distribution(batch(NOTHING))
    assert found.count == 0
    assert math.isnan(found.mean)
    assert statistics.distribution(batch()).bins == ()
    assert statistics.items(batch()) == statistics.misconceptions(batch()) == clusters(batch()) == ()


def test_how_cases_went():
    a, b = statistics.items(CLASS)
    assert (a.name, a.right, a.wrong, a.skipped, a.not_checked, a.share) == ("a", 2, 2, 0, 0, 0.5)
    assert (b.max_points, b.right, b.wrong, b.skipped, b.share) == (2.0, 1, 2, 1, 0.25)
    assert a.discrimination is None  # three programs that ran are too few


def test_a_case_that_strong_programs_have_right_tells_them_apart():
    strong = [grade(f"s{i}", *(case(n, "right") for n in "abc"), case("d", "wrong")) for i in range(6)]
    weak = [grade(f"w{i}", *(case(n, "wrong") for n in "abc"), case("d", "right")) for i in range(6)]
    found = {item.name: item.discrimination for item in statistics.items(batch(*strong, *weak))}
    assert found == pytest.approx({"a": 1.0, "b": 1.0, "c": 1.0, "d": -1.0})
    everybody = statistics.items(batch(*strong))
    assert all(item.discrimination is None for item in everybody)


def test_discrimination_is_the_correlation_with_the_rest():
    whole = pretended_class(300)
    ran = [g.report for g in statistics.checked(whole) if not g.report.error]
    for index, item in enumerate(statistics.items(whole)):
        right = [r.cases[index].outcome == "right" for r in ran]
        rest = [r.score - r.cases[index].points for r in ran]
        # the point-biserial formula, and not a correlation
        one, zero = ([s for s, is_right in zip(rest, right, strict=True) if is_right is b] for b in (True, False))
        p = len(one) / len(rest)
        formula = (np.mean(one) - np.mean(zero)) / np.std(rest) * math.sqrt(p * (1 - p))
        assert item.discrimination == pytest.approx(formula)


def test_misconceptions_by_how_common_they_are():
    eps, root = statistics.misconceptions(CLASS)
    assert (eps.name, eps.title, eps.grades, eps.among_others, eps.share) == (
        "eps",
        "eps outside",
        (HALF, NONE),
        1,
        0.5,
    )
    assert eps.text == "The paragraph, with e.g. 0.5. A question?"
    assert (root.name, root.title, root.grades, root.among_others) == ("root", "no root", (NONE,), 1)
    assert root.text == "Another paragraph. Another question?"  # though it was never seen alone


def test_every_title_in_the_course_is_told_from_its_paragraph():
    ideas = {m.name: m for exercise in load_all() for m in exercise.spec.misconceptions}
    seen = [grade(m.name, case("a", "wrong", diagnosis=named(m))) for m in ideas.values()]
    found = statistics.misconceptions(batch(*seen))
    assert {(r.name, r.title, r.text) for r in found} == {(m.name, m.title, m.text) for m in ideas.values()}


def test_whole_programs_that_failed_and_wrong_ones_without_a_name():
    odd = grade("odd", case("a", "wrong", diagnosis=Diagnosis(observations=(AllEqual(),))))
    whole = batch(*CLASS.grades, odd)
    assert [(f.kind, f.grades) for f in statistics.failures(whole)] == [("time", (FAILED,))]
    assert statistics.unnamed(whole) == (odd,)


def test_the_same_text_from_several_students():
    same = [grade(f"s{i}", case("a", "right"), sha256="ab") for i in range(3)]
    other = grade("o", case("a", "right"), sha256="cd")
    refused = [replace(FAILED, sha256="ef"), replace(FAILED, sha256="ef")]
    whole = batch(NOTHING, *refused, same[0], other, *same[1:])
    assert statistics.duplicates(whole) == (tuple(same),)


def wrong(name="a", **fields):
    return grade("s", case(name, "wrong", **fields)).report


def test_wrong_in_the_same_way():
    assert key(wrong(diagnosis=EPS, margin=10.0)) == key(wrong(diagnosis=EPS, margin=1e9))
    assert key(wrong(diagnosis=EPS)) != key(wrong(diagnosis=BOTH))
    assert key(wrong(margin=90.0)) == key(wrong(margin=200.0))
    assert key(wrong(margin=90.0)) != key(wrong(margin=1000.0))
    assert key(wrong(margin=1e7)) == key(wrong(margin=1e12)) != key(wrong(margin=math.inf))
    assert key(wrong("a", margin=90.0)) != key(wrong("b", margin=90.0))
    times = [Diagnosis(observations=(Scaled(least=n, most=n),)) for n in (1.5, 2e-3)]
    assert key(wrong(diagnosis=times[0], margin=5.0)) == key(wrong(diagnosis=times[1], margin=5.0))
    assert key(wrong(diagnosis=times[0])) != key(wrong(diagnosis=Diagnosis(observations=(AllEqual(),))))
    raised = [
        Broke(why="raised", type=name, message=words, spots=(Spot(line=n),))
        for n, (name, words) in enumerate([("A", "x"), ("A", "y"), ("B", "x")])
    ]
    assert key(wrong(finding=raised[0])) == key(wrong(finding=raised[1])) != key(wrong(finding=raised[2]))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (OnlySign(positive=True), OnlySign(positive=False), False),
        (OnlyOne(part="row", at=0, outcome="wrong"), OnlyOne(part="row", at=-1, outcome="wrong"), False),
        (OnlyOne(part="row", at=2, outcome="wrong"), OnlyOne(part="row", at=3, outcome="wrong"), True),
        (ScaledEach(part="group", trend=1), ScaledEach(part="group", trend=-1), False),
        (OnlyBeyond(size=2.0), OnlyBeyond(size=3.5), True),
        (Broke(why="returned", type="the output", message="a list"), Broke(why="returned", type="the output"), False),
        (Broke(why="syntax", message="'(' was never closed"), Broke(why="syntax", message="invalid syntax"), True),
    ],
)
def test_what_parts_two_ways_of_being_wrong(one, other, alike):
    """What is true of the errors does; sizes, places and what an exception says do not."""
    assert (key(wrong(finding=one)) == key(wrong(finding=other))) is alike
    diagnoses = [Diagnosis(observations=(found,)) for found in (one, other)]
    assert (key(wrong(diagnosis=diagnoses[0])) == key(wrong(diagnosis=diagnoses[1]))) is alike


def test_clusters_are_large_first_and_hold_every_wrong_program_once():
    whole = pretended_class(400, seed=3)
    found = clusters(whole)
    sizes = [len(cluster.grades) for cluster in found]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) == statistics.standings(whole)["wrong"]
    assert found == clusters(whole)
    copied = {g.sha256 for same in statistics.duplicates(whole) for g in same}
    for cluster in found:
        assert {key(g.report) for g in cluster.grades} == {cluster.key}
        assert cluster.texts == len({g.sha256 for g in cluster.grades})
        assert (cluster.texts < len(cluster.grades)) <= any(g.sha256 in copied for g in cluster.grades)
    failed = next(c for c in found if c.error == "missing")
    assert failed.cases == failed.misconceptions == ()
