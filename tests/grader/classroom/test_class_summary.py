from dataclasses import replace
from datetime import UTC, datetime

from grader.classroom.reports import summary
from grader.classroom.results import Batch, Grade
from grader.findings.of_errors import Idea
from grader.report import CaseResult, Diagnosis, Report, refused
from grader.sandbox.base import Isolation

WALL = Isolation(layers=("process",), missing=(), level="strong")


def grade(student, points, *, sha256="", misconceptions=(), error=None, outcome=None):
    ideas = tuple(Idea(name=name, title=name, text="?") for name in misconceptions)
    told = Diagnosis(ideas=ideas) if ideas else None
    case = CaseResult(
        name="a", seed=None, outcome=outcome or ("right" if points == 10 else "wrong"), points=points, max_points=10,
        situation="x", diagnosis=told,
    )  # fmt: skip
    report = Report(
        exercise="group_norm_1d", cases=(case, replace(case, points=0, max_points=0)), seed=None, seconds=1,
        isolation=None if error else WALL, error=error, fault=outcome == "not_checked",
    )  # fmt: skip
    return Grade(
        student=student, name=student, file=f"{student}.py", sha256=sha256 or student, report=report,
        graded=datetime(2026, 1, 1, tzinfo=UTC), seed=0,
    )  # fmt: skip


def klass(*grades):
    return Batch(exercise="group_norm_1d", title="t", hidden=True, practice="", grades=grades)


EMPTY = refused("empty", "the file is empty")
OURS = refused("grader", "tried 2 times; no\x1b[2J")
CLASS = klass(
    grade("ann", 10), grade("bob", 10, sha256="same"), grade("cat", 10, sha256="same"), grade("dan", 4.9),
    grade("eve", 3, misconceptions=("eps_ignored", "missing_root")), grade("fay", 0, misconceptions=("eps_ignored",)),
    grade("gil", 0, error=EMPTY, sha256="empty"), grade("hal", 0, error=EMPTY, sha256="empty"),
    grade("ike", 0, error=OURS, outcome="not_checked"),
)  # fmt: skip


def test_the_summary_on_half_a_screen():
    assert summary.render(CLASS) == (
        "group_norm_1d: 9 students: 3 right, 5 wrong, 1 not checked\n"
        "  wrong without a run: an empty file 2\n"
        "  points: 0 █  ▃▃     █ 10; mean 4.7, median 3.95\n"
        "  commonest mistakes: eps_ignored 2, missing_root 1\n"
        "  the same text: bob = cat\n"
        "  not checked: ike: tried 2 times; no\\x1b[2J"
    )


def test_a_class_of_nobody_and_a_class_of_many():
    assert summary.render(klass()) == "group_norm_1d: 0 students: nobody"
    many = klass(*(grade(f"s{n:02}", 0, error=OURS, outcome="not_checked") for n in range(30)))
    lines = summary.render(many).splitlines()
    assert len(lines) == 12
    assert lines[-1] == "  not checked: 20 more"
