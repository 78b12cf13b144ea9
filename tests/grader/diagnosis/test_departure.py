"""The line in the report, through the whole grader."""

import dataclasses
import json
from pathlib import Path

import jsonschema
import pytest
from telling import located, said

from grader.course.loader import load
from grader.pipeline import grade
from grader.reports import as_json
from grader.submission.reading import Submission

EXERCISE = ND = load("group_norm_nd")
ONE = load("group_norm_1d")
MOMENTS, FAMILY, STREAM = load("moments"), load("norm_family"), load("stable_variance")
RIGHT = (Path(as_json.__file__).parents[1] / "cli" / "demo" / "right.py").read_text("utf-8")


@pytest.fixture
def runner(walled):
    return walled


def graded(runner, old, new, exercise=ND):
    assert old in RIGHT
    return grade(exercise, Submission(name="s.py", source=RIGHT.replace(old, new)), seed=0, runner=runner)


@pytest.mark.full
def test_the_line_and_what_is_right_before_it(runner):
    report = graded(runner, "jnp.sqrt(var + self.eps)", "(jnp.sqrt(var) + self.eps)")
    line = next(i for i, text in enumerate(RIGHT.splitlines(), 1) if "jnp.sqrt(var" in text)
    assert report.departure.line == line
    assert located(report.departure).startswith(f"Line {line} is the first whose values are wrong:\n    x_hat = ")
    assert "Right up to there: mean, x - mean, variance. The right variance + eps is never computed." in located(
        report.departure
    )


@pytest.mark.full
def test_a_right_program_has_none(runner):
    report = grade(ND, Submission(name="s.py", source=RIGHT), seed=0, runner=runner)
    assert (report.outcome, report.departure) == ("right", None)


def test_a_wrong_parameter_by_its_name(runner):
    report = graded(runner, '"gamma"', '"scale"')
    assert 'creates the parameter "scale"' in located(report.departure)


@pytest.mark.full
def test_a_wrong_default(runner):
    report = graded(runner, "eps: float = 1e-5", "eps: float = 1e-3")
    assert "gives eps its default:\n    eps: float = 1e-3" in located(report.departure)


def test_a_right_default_is_not_blamed_where_no_case_on_values_gives_the_argument(runner):
    few = tuple(case for case in ND.spec.cases if case.name in ("parameters", "eps left to its default"))
    exercise = dataclasses.replace(ND, spec=dataclasses.replace(ND.spec, cases=few))
    source = RIGHT.replace("jnp.sqrt(var + self.eps)", "(var + self.eps)")
    report = grade(exercise, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert report.outcome == "wrong"
    assert "var + self.eps" in located(report.departure)


@pytest.mark.full
def test_a_wrong_default_of_a_function(runner):
    source = FAMILY.solution.replace("eps=1e-5", "eps=1e-6")
    report = grade(FAMILY, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert "gives eps its default:\n    def norm(x, kind, num_groups=None, eps=1e-6):" in located(report.departure)


@pytest.mark.full
def test_a_right_default_is_not_blamed(runner):
    source = FAMILY.solution.replace('"layer": 1', '"layer": channels')
    report = grade(FAMILY, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert "its default" not in located(report.departure)


@pytest.mark.full
def test_what_is_missing_at_the_end(runner):
    report = graded(runner, "gamma * x_hat.reshape(x.shape) + beta", "x_hat.reshape(x.shape)")
    assert located(report.departure).startswith("Everything is right so far, but the result of line ")


@pytest.mark.full
@pytest.mark.parametrize(
    ("returned", "says"),
    [
        ("variance, mean", "Everything asked for is computed: mean, x - mean, squared differences, variance. Look at"),
        (
            "mean, jnp.sqrt(variance)",
            "Right up to there: mean, x - mean, squared differences, variance. Nothing else is",
        ),
    ],
)
def test_what_is_wrong_after_all_that_is_asked_for(runner, returned, says):
    source = MOMENTS.solution.replace("return mean, variance", f"return {returned}")
    report = grade(MOMENTS, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert source.splitlines()[report.departure.line - 1].strip() == f"return {returned}"
    assert says in located(report.departure)


@pytest.mark.full
def test_what_is_done_to_a_right_end(runner):
    source = STREAM.solution.replace("return total / count", "y = total / count\n    return y + 1e-5")
    report = grade(STREAM, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert located(report.departure).startswith(f"Line {source.count(chr(10))} is the first whose values are wrong:")
    assert located(report.departure).endswith("squared differences, variance. Nothing else is asked for.")


@pytest.mark.full
def test_of_a_program_too_long_to_follow_nothing_is_said(runner):
    source = (
        "def variance(chunks):\n    rows = [row for chunk in chunks for row in chunk]\n"
        "    mean = sum(rows) / len(rows)\n"
        "    for _ in range(300):\n        mean = mean * 1.0\n"
        "    return sum((row - mean) ** 2 for row in rows) / len(rows) + 1\n"
    )
    report = grade(STREAM, Submission(name="s.py", source=source), seed=0, runner=runner)
    assert (report.outcome, report.departure) == ("wrong", None)


@pytest.mark.full
def test_what_cannot_be_traced_says_why_that_matters(runner):
    report = graded(
        runner, "mean = ", "groups = groups * (2.0 if float(groups[..., 0].sum()) else 1.0)\n        mean = "
    )
    assert report.departure.line is None
    assert "No line can be named for wrong values while the program does not run under jit" in located(report.departure)
    assert located(report.departure).endswith("first.")


@pytest.mark.full
@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("assert groups.sum() != 0.5\n        mean = ", "Python asks here whether an array is true"),
        ("groups = groups * float(groups.max() * 0 + 1)\n        mean = ", "an array becomes a Python number here"),
        ("import numpy\n        groups = numpy.asarray(groups) * 1\n        mean = ", "NumPy is asked"),
        ("groups = groups[groups == groups].reshape(groups.shape)\n        mean = ", "a mask chooses"),
    ],
)  # fmt: skip
def test_what_jit_refuses_is_said_in_words(new, says, runner):
    report = graded(runner, "mean = ", new)
    told = [said(case) for case in report.cases if "under jit" in case.name]
    assert any(says in message for message in told), told
    assert all("line " in message for message in told if says in message)


@pytest.mark.full
def test_it_is_in_the_json(runner):
    report = graded(runner, "jnp.sqrt(var + self.eps)", "(var + self.eps)", ONE)
    found = json.loads(as_json.render(report))
    jsonschema.validate(found, json.loads(as_json.SCHEMA.read_text("utf-8")))
    assert found["departure"]["line"] == report.departure.line


@pytest.mark.full
def test_a_failing_trail_costs_no_verdict(runner, monkeypatch):
    def broken(*_):
        raise RuntimeError("ours")

    monkeypatch.setattr("grader.pipeline.departure", broken)
    report = graded(runner, "jnp.sqrt(var + self.eps)", "(var + self.eps)")
    assert (report.outcome, report.departure) == ("wrong", None)
