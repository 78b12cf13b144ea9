import json

import pytest
from samples import FAULT, HOSTILE, MIXED, REPORTS, hostile

from grader.reports import gradescope
from grader.reports.errors import FormatError

VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
OUTPUT = {"text", "html", "simple_format", "md", "ansi"}
# Field -> types, and whether it may be left out, as Gradescope's specification has it.
RESULTS = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": OUTPUT,
    "test_output_format": OUTPUT,
    "visibility": VISIBILITY,
    "stdout_visibility": VISIBILITY,
    "tests": list,
}
TEST = {
    "number": str,
    "name": str,
    "score": (int, float),
    "max_score": (int, float),
    "status": {"passed", "failed"},
    "output": str,
    "output_format": OUTPUT,
    "visibility": VISIBILITY,
}


def checked(given, fields):
    assert set(given) == set(fields)
    for name, allowed in fields.items():
        if isinstance(allowed, set):
            assert given[name] in allowed
        else:
            assert isinstance(given[name], allowed)
            assert not isinstance(given[name], bool)


def read(report):
    text = gradescope.render(report)
    assert text.isascii()
    results = json.loads(text)
    checked(results, RESULTS)
    for test in results["tests"]:
        checked(test, TEST)
        assert 0 <= test["score"] <= test["max_score"]
    # The score overrides the tests' own, so that it must be their sum.
    assert results["score"] == sum(test["score"] for test in results["tests"]) == report.score
    return results


@pytest.mark.parametrize("name", [name for name in REPORTS if name not in ("fault", "bare")])
def test_results_json_has_the_fields_and_types_of_the_specification(name):
    results = read(REPORTS[name])
    assert [test["status"] == "passed" for test in results["tests"]] == [
        case.outcome == "right" for case in REPORTS[name].cases
    ]


@pytest.mark.parametrize("name", ["hidden", "mixed"])
def test_nothing_is_hidden_as_that_would_hide_the_total_and_what_was_printed_is(name):
    results = read(REPORTS[name])
    assert {results["visibility"], *(test["visibility"] for test in results["tests"])} == {"visible"}
    assert results["stdout_visibility"] == "hidden"  # a hidden run tells its seed on standard error


def test_what_is_told():
    tests = read(MIXED)["tests"]
    assert [test["name"] for test in tests][-2:] == ["gradient (skipped)", "ours (not checked)"]
    assert "Where does eps stand?" in tests[1]["output"]
    assert tests[1]["output"].endswith("it printed:\na line")
    assert tests[0]["output"] == ""
    assert "which is not the submission's fault" in read(MIXED)["output"]


def test_a_fault_of_ours_is_no_zero():
    with pytest.raises(FormatError, match="would take it for no points, and nothing was checked: the worker could not"):
        gradescope.render(FAULT)


def test_hostile_text():
    for text in HOSTILE:
        assert "\\u202e" not in gradescope.render(hostile(text)).replace("\\\\u202e", ""), text
        read(hostile(text))
