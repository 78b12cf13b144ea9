"""Titles with the marks that sentences are made of come through every format as they are."""

import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest
import samples
from samples import batch, case, grade, report

from grader.classroom import statistics
from grader.classroom.alike import clusters
from grader.classroom.reports import as_csv, json_lines, junit, markdown, page, page_data, table
from grader.findings.of_case import Needs
from grader.findings.of_errors import Idea
from grader.report import Departure, Diagnosis
from grader.reports import as_json, words

TITLES = (
    "mean over H, W etc. only; and more. Then",
    "Two mistakes at once: one; and two. What?",
    "The mistake: a title. And its text; and so on",
    'the same as in "small"; wrong: x + y. ',
)
TEXT = "First. Second; and third. It is e.g. 0.5. Why?"


def of(title):
    """A class in which a case, and an idea beside another, bear the title."""
    idea = Idea(name="named", title=title, text=TEXT)
    shown = report(
        case("small", "right"),
        case(title, "wrong", samples.VALUES, diagnosis=Diagnosis(ideas=(samples.EPS, idea))),
        case("after", "skipped", Needs(case=title)),
        isolation=samples.WALLED,
        departure=Departure(case=title, found=samples.FIRST_WRONG),
    )
    return batch(grade("ada", shown), grade("bob"))


@pytest.mark.parametrize("title", TITLES)
def test_the_title_of_a_case_or_an_idea_is_whole_in_every_format(title):
    whole = of(title)
    given = json.loads(as_json.render(whole.grades[0].report))
    line = json.loads(json_lines.render(whole).splitlines()[0])["report"]
    for read in (given, line):
        assert read["cases"][1]["name"] == title
        assert read["cases"][1]["diagnosis"]["ideas"][1] == {"name": "named", "title": title, "text": TEXT}
        assert read["cases"][2]["finding"] == {"kind": "needs", "case": title}
        assert read["departure"]["case"] == title
    assert as_json.read(given) == whole.grades[0].report

    header, row, _ = csv.reader(io.StringIO(as_csv.render(whole).removeprefix("\ufeff"), newline=""))
    assert header.count(f"case: {title.strip()}") == 1
    assert row[header.index(f"case: {title.strip()}")] == "wrong"
    assert row[header.index("misconceptions")] == "eps_outside_root, named"

    assert any(text.startswith(f"  0  {title.strip()}") for text in table.render(whole).splitlines())
    suite = ET.fromstring(junit.render(whole))[0]
    assert suite.findall("testcase")[1].get("name") == title.strip()


@pytest.mark.parametrize("title", TITLES)
def test_the_page_and_the_statistics_have_the_whole_title(title):
    whole = of(title)
    data = json.loads(page_data.as_json(page_data.shown(whole)))
    assert data["ideas"] == [["eps_outside_root", samples.EPS.title], ["named", title]]
    ada = data["students"][0]
    assert data["texts"][ada[7]] == f"{samples.EPS.title}; {title}"
    numbers, *_, departure, _ = data["reports"][ada[8]]
    assert [data["texts"][data["cases"][number][0]] for number in numbers] == ["small", title, "after"]
    assert data["texts"][departure[0]] == title
    assert page_data.cleaned(title) == title
    assert str(page_data.cleaned(title)) in page.render(whole).replace("&quot;", '"')

    ranked = statistics.misconceptions(whole)[1]
    assert (ranked.name, ranked.title, ranked.text, ranked.among_others) == ("named", title, TEXT, 1)
    assert statistics.items(whole)[1].name == title
    assert clusters(whole)[0].misconceptions == ("eps_outside_root", "named")
    assert clusters(whole)[0].cases == (title,)
    assert title in words.diagnosis(whole.grades[0].report.cases[1])
    assert "| named | 1 |" in markdown.render(whole)
