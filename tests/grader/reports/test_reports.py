"""Reports against golden files; pytest --rewrite-golden writes them anew, to be read in the diff."""

import io
import json
import math

import jsonschema
import pytest
import samples
from rich.console import Console

from grader.findings.base import Spot
from grader.findings.of_case import Broke, GraderFailed, Needs, NotStarted, OffBy, Refused
from grader.findings.of_errors import Idea
from grader.report import CaseResult, Diagnosis, Report, ReportError, refused
from grader.reports import as_json, terminal
from grader.sandbox.base import Isolation

ISOLATION = Isolation(layers=("process", "wall clock"), missing=("network",), level="none")
EPS = Idea(name="eps_outside_root", title="eps outside the square root", text="Where does eps stand?")
IDEA = Diagnosis(ideas=(EPS,))
SITUATION = "num_groups=4 eps=0.001  x: float32[3, 16], std 0.0078"


def case(name, outcome, found=None, **fields):
    points = 1.0 if outcome == "right" else 0.0
    return CaseResult(
        name=name,
        seed=7,
        outcome=outcome,
        points=points,
        max_points=1.0,
        situation=SITUATION,
        finding=Refused(why="x", message=found) if isinstance(found, str) else found,
        **fields,
    )


VALUES = OffBy(index=(0, 5), part="", expected=0.3012, got=0.9554, error=0.6542, allowed=1.9e-06, count=48, size=48)
MARKED_UP = Broke(
    why="raised",
    type="TypeError",
    message="[bold]no markup[/bold] :smile:",
    spots=(Spot(line=3, text="return x[1]", function="f"),),
)
MISSING = Broke(why="missing", entry="MyGroupNorm", names=("GroupNorm",))
REPORTS = {
    "mixed": Report(
        exercise="group_norm_nd",
        cases=(
            case("small, two groups", "right", output="not shown, as it is right"),
            case("small variance", "wrong", VALUES, diagnosis=IDEA, output="\n".join(f"line {i}" for i in range(9))),
            case("large eps", "wrong", VALUES, diagnosis=IDEA),
            case("raises", "wrong", MARKED_UP),
            case("gradient", "skipped", Needs(case="small variance")),
            case("ours", "not_checked", GraderFailed(type="ZeroDivisionError", message="ours")),
        ),
        seed=7,
        seconds=0.314,
        isolation=ISOLATION,
    ),
    "rejected": Report(
        exercise="group_norm_1d",
        cases=(case("one", "wrong", "x", output="printed\n"), case("two", "wrong", "x")),
        seed=0,
        seconds=1.0,
        isolation=ISOLATION,
        error=ReportError(kind="missing", finding=MISSING),
    ),
    "unreadable": Report(
        exercise="group_norm_1d",
        cases=(case("one", "wrong", "x"),),
        seed=0,
        seconds=0.0,
        error=refused("empty", "the file is empty"),
    ),
    "fault": Report(
        exercise="group_norm_1d",
        cases=(case("one", "not_checked", "x"),),
        seed=0,
        seconds=0.0,
        isolation=ISOLATION,
        error=ReportError(kind="grader", finding=NotStarted(detail="the worker could not be started")),
        fault=True,
    ),
}


def rendered(report, **console):
    console = Console(file=io.StringIO(), highlight=False, **console)
    return terminal.render(report, console, command="grader check EX FILE --seed 7") + "\n"


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", REPORTS)
def test_terminal(name, width, golden):
    text = rendered(REPORTS[name], width=width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    golden(f"{name}_{width}.txt", text)


def test_colour_where_there_is_some(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    colourful = rendered(REPORTS["mixed"], width=80, force_terminal=True, color_system="standard")
    assert "\x1b[1;31mWRONG\x1b[0m" in colourful
    monkeypatch.setenv("NO_COLOR", "1")
    plain = rendered(REPORTS["mixed"], width=80, force_terminal=True, color_system="standard")
    assert "\x1b[1;31m" not in plain
    assert "WRONG" in plain


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_one_line_that_the_schema_accepts(name):
    text = as_json.render(REPORTS[name])
    assert "\n" not in text
    assert text.isascii()
    schema = json.loads(as_json.SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(text), schema)


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_read_back(name):
    assert as_json.as_object(as_json.read(json.loads(as_json.render(REPORTS[name])))) == as_json.as_object(
        REPORTS[name]
    )


@pytest.mark.parametrize("name", samples.REPORTS)
def test_a_report_that_is_read_back_is_the_same(name):
    report = samples.REPORTS[name]
    text = as_json.render(report)
    jsonschema.validate(json.loads(text), json.loads(as_json.SCHEMA.read_text("utf-8")))
    read = as_json.read(json.loads(text))
    assert read == report
    assert as_json.render(read) == text


@pytest.mark.parametrize("text", samples.HOSTILE)
def test_whatever_a_program_says_is_read_back_as_it_was(text):
    report = samples.hostile(text)
    assert as_json.read(json.loads(as_json.render(report))) == report


@pytest.mark.parametrize("version", [1, 3, "2", None])
def test_a_report_of_another_version_is_refused_with_a_way_out(version):
    given = {**json.loads(as_json.render(REPORTS["mixed"])), "schema_version": version}
    if version is None:
        del given["schema_version"]
    says = rf"schema version 2 is read here, got {version!r}; grade the submission again, or read .* that wrote it"
    with pytest.raises(ValueError, match=says):
        as_json.read(given)


def test_a_finding_of_an_unknown_kind_is_refused_with_a_way_out():
    given = json.loads(as_json.render(REPORTS["mixed"]))
    given["cases"][1]["finding"]["kind"] = "of_tomorrow"
    with pytest.raises(ValueError, match=r"no finding is of kind 'of_tomorrow'; .* another version"):
        as_json.read(given)


def test_numbers_that_are_not_finite_are_read_back():
    found = OffBy(index=(), part="", expected=1.0, got=math.nan, error=math.inf, allowed=-math.inf, count=1, size=1)
    report = Report(exercise="x", cases=(case("a", "wrong", found, margin=math.inf),), seed=0, seconds=0.0)
    read = as_json.read(json.loads(as_json.render(report))).cases[0]
    assert math.isnan(read.finding.got)
    assert (read.finding.error, read.finding.allowed) == (math.inf, -math.inf)
    assert read.margin is None  # as documented


def test_the_schema_refuses_what_it_should():
    schema = json.loads(as_json.SCHEMA.read_text("utf-8"))
    good = json.loads(as_json.render(REPORTS["mixed"]))
    for change in ({"outcome": "maybe"}, {"schema_version": 1}, {"extra": 1}, {"cases": [{}]}, {"score": -1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **change}, schema)


@pytest.mark.parametrize(("name", "outcome"), [("mixed", "wrong"), ("unreadable", "wrong"), ("fault", "not_checked")])
def test_outcomes(name, outcome):
    assert REPORTS[name].outcome == outcome


def test_a_report_of_nothing_but_skips_is_not_right():
    report = Report(exercise="x", cases=(case("a", "skipped"),), seed=0, seconds=0.0)
    assert report.outcome == "not_checked"
