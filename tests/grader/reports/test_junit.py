"""JUnit XML by two readers: Python's, with the rules of the schema that Jenkins checks, and junitparser."""

import re
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from samples import CLASS, HOSTILE, HOSTILE_CLASS, MIXED, REPORTS, hostile

from grader.classroom.reports import junit as of_class
from grader.reports import junit

ATTRIBUTES = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
        {"name", "tests", "failures", "errors"},
    ),
    "properties": (set(), set()),
    "property": ({"name", "value"}, {"name", "value"}),
    "testcase": ({"name", "classname", "time"}, {"name", "classname"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "properties": {"property"},
    "testcase": {"failure", "error", "skipped", "system-out"},
}


def checked(text):
    """The document, after the schema's rules were looked at."""
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, required = ATTRIBUTES[element.tag]
        assert required <= set(element.attrib) <= allowed
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set())
    for suite in root:
        assert suite[0].tag == "properties"
        assert int(suite.get("tests")) == len(suite.findall("testcase")) > 0
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(attribute)) == len(suite.findall(f"testcase/{tag}"))
        assert re.fullmatch(r"\d+\.\d{3}", suite.get("time"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", "2026-01-01T00:00:00"))
    for attribute in ("tests", "failures", "errors"):
        assert int(root.get(attribute)) == sum(int(suite.get(attribute)) for suite in root)
    return root


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_a_suite(name):
    report = REPORTS[name]
    root = checked(junit.render(report))
    (suite,) = JUnitXml.fromstring(junit.render(report).encode())
    assert suite.tests == max(1, len(report.cases))
    assert (suite.failures + suite.errors == 0) == (report.outcome == "right")
    assert len(root) == 1


def test_wrong_is_a_failure_a_fault_of_ours_an_error_and_what_needs_another_is_skipped():
    (suite,) = JUnitXml.fromstring(junit.render(MIXED).encode())
    kinds = [[type(result) for result in case.result] for case in suite]
    assert kinds == [[], [Failure], [Failure], [Failure], [Skipped], [Error]]
    failure = list(suite)[2].result[0]
    assert failure.type == "eps_outside_root"
    assert failure.message.startswith("expected 0.3012")
    assert "Line 18 is the first whose values are wrong" in failure.text
    assert list(suite)[1].system_out == "a line\n"
    assert {p.name: p.value for p in suite.properties()} == {"score": "2", "max_score": "10.5", "isolation": "strong"}


def test_a_class_is_a_suite_a_student():
    root = checked(of_class.render(CLASS))
    read = JUnitXml.fromstring(of_class.render(CLASS).encode())
    assert [suite.name for suite in read] == ["ada", "bob", "cyd", "dan", "eve", "flo"]
    assert root[1].get("timestamp") == "2026-11-21T20:05:07"
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


def test_hostile_text_is_text():
    for text in HOSTILE:
        (suite,) = checked(junit.render(hostile(text)))
        assert [case.get("name") != "" for case in suite.iter("testcase")] == [True] * 5, text
        assert {element.tag for element in suite.iter()} <= set(ATTRIBUTES), text
        rendered = junit.render(hostile(text))
        assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800-\udfff\ufffe\uffff]", rendered), text


def test_a_hostile_class():
    assert len(checked(of_class.render(HOSTILE_CLASS))) == len(HOSTILE_CLASS.grades)
