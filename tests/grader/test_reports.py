"""Reports against golden files; pytest --rewrite-golden writes them anew, to be read in the diff."""

import io
import json

import jsonschema
import pytest
from rich.console import Console

from grader.report import CaseResult, Diagnosis, Report, ReportError
from grader.reports import as_json, terminal
from grader.runners import Isolation

ISOLATION = Isolation(layers=("process", "wall clock"), missing=("network",), level="none")
IDEA = Diagnosis(
    misconception="eps_outside_root", text="The mistake: eps outside the square root. Where does eps stand?"
)
SITUATION = "num_groups=4 eps=0.001  x: float32[3, 16], std 0.0078"


def case(name, outcome, message="", **fields):
    points = 1.0 if outcome == "right" else 0.0
    return CaseResult(
        name=name,
        seed=7,
        outcome=outcome,
        points=points,
        max_points=1.0,
        situation=SITUATION,
        message=message,
        **fields,
    )


VALUES = "expected 0.3012, not 0.9554 at [0, 5]; largest error 0.71, allowed 1.9e-06; 48 of 48 values are wrong"
REPORTS = {
    "mixed": Report(
        exercise="group_norm_nd",
        cases=(
            case("small, two groups", "right", output="not shown, as it is right"),
            case("small variance", "wrong", VALUES, diagnosis=IDEA, output="\n".join(f"line {i}" for i in range(9))),
            case("large eps", "wrong", VALUES, diagnosis=IDEA),
            case("raises", "wrong", "raised TypeError: [bold]no markup[/bold] :smile:\nline 3, in f: return x[1]"),
            case("gradient", "skipped", 'needs "small variance" right first'),
            case("ours", "not_checked", "the grader failed here: ZeroDivisionError: ours"),
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
        error=ReportError(kind="missing", message="the file defines no MyGroupNorm; it defines GroupNorm"),
    ),
    "unreadable": Report(
        exercise="group_norm_1d",
        cases=(case("one", "wrong", "x"),),
        seed=0,
        seconds=0.0,
        error=ReportError(kind="empty", message="the file is empty"),
    ),
    "fault": Report(
        exercise="group_norm_1d",
        cases=(case("one", "not_checked", "x"),),
        seed=0,
        seconds=0.0,
        isolation=ISOLATION,
        error=ReportError(kind="grader", message="the worker could not be started; this is not the submission's fault"),
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


def test_the_schema_refuses_what_it_should():
    schema = json.loads(as_json.SCHEMA.read_text("utf-8"))
    good = json.loads(as_json.render(REPORTS["mixed"]))
    for change in ({"outcome": "maybe"}, {"schema_version": 2}, {"extra": 1}, {"cases": [{}]}, {"score": -1}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**good, **change}, schema)


@pytest.mark.parametrize(("name", "outcome"), [("mixed", "wrong"), ("unreadable", "wrong"), ("fault", "not_checked")])
def test_outcomes(name, outcome):
    assert REPORTS[name].outcome == outcome


def test_a_report_of_nothing_but_skips_is_not_right():
    report = Report(exercise="x", cases=(case("a", "skipped"),), seed=0, seconds=0.0)
    assert report.outcome == "not_checked"
