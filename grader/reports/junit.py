"""Reports as JUnit XML, as Jenkins, GitLab and GitHub's actions read it.

A wrong case is a failure, a fault of ours an error, and what needs another case first is skipped.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from grader.report import CaseResult, Report
from grader.reports import words
from grader.reports.escaping import one_line, xml
from grader.reports.sentences import message

NAME_CAP = 200
MESSAGE_CAP = 300
ELEMENTS = {"wrong": "failure", "not_checked": "error", "skipped": "skipped"}
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(report: Report) -> str:
    """Renders one report, as one suite."""
    return document(report.exercise, [suite(report, name=report.exercise or "grader")])


def suite(report: Report, *, name: str, graded: datetime | None = None) -> ET.Element:
    """One report as a suite.

    Args:
      report: what to show.
      name: of the suite: the exercise's, or in a class the student's.
      graded: when.
    """
    cases = [_case(case, report, name) for case in report.cases] or [_nothing(report, name)]
    found = ET.Element("testsuite", name=one_line(name, NAME_CAP), tests=str(len(cases)))
    for attribute, element in _COUNTED.items():
        found.set(attribute, str(sum(case.find(element) is not None for case in cases)))
    found.set("time", f"{report.seconds:.3f}")
    if graded:
        found.set("timestamp", graded.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    properties = ET.SubElement(found, "properties")
    level = report.isolation.level if report.isolation else "none"
    for key, value in (("score", f"{report.score:g}"), ("max_score", f"{report.max_score:g}"), ("isolation", level)):
        ET.SubElement(properties, "property", name=key, value=value)
    found.extend(cases)
    return found


def document(name: str, suites: Iterable[ET.Element]) -> str:
    """Suites as one document, with a declaration."""
    root = ET.Element("testsuites", name=one_line(name, NAME_CAP))
    root.extend(suites)
    for attribute in ("tests", "failures", "errors"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(case: CaseResult, report: Report, owner: str) -> ET.Element:
    element = _named(case.name, report, owner)
    if case.outcome in ELEMENTS:
        element.append(
            _ending(ELEMENTS[case.outcome], _kind(case, report), message(case.finding), words.why(case, report))
        )
    if case.output.strip():
        ET.SubElement(element, "system-out").text = xml(case.output)
    return element


def _nothing(report: Report, owner: str) -> ET.Element:
    """What stands for a report without cases: a suite without any would look as if all were well."""
    element = _named("grading", report, owner)
    told = words.error(report) or "nothing was graded"
    element.append(_ending("error", report.error.kind if report.error else "nothing", told, told))
    return element


def _named(name: str, report: Report, owner: str) -> ET.Element:
    whose = report.exercise if owner == report.exercise else f"{report.exercise}.{owner}"
    classname = one_line(whose, 2 * NAME_CAP) or "grader"
    return ET.Element("testcase", name=one_line(name, NAME_CAP) or "case", classname=classname)


def _ending(element: str, kind: str, told: str, text: str) -> ET.Element:
    found = ET.Element(element, type=one_line(kind, NAME_CAP), message=one_line(told, MESSAGE_CAP))
    found.text = xml(text)
    return found


def _kind(case: CaseResult, report: Report) -> str:
    if report.error:
        return report.error.kind
    ideas = case.diagnosis.ideas if case.diagnosis else ()
    return "+".join(idea.name for idea in ideas) or case.outcome
