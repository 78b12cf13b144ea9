"""The teacher's page as a file: what stands in it, and that nothing of it can run but its own script."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from itertools import product

import pytest
from pretended import hostile_class, pretended_class
from telling import said

from grader.classroom.reports.page import render
from grader.classroom.reports.page_parts import percent
from grader.classroom.results import Batch
from grader.classroom.statistics import misconceptions
from grader.reports.markup import cleaned, element, joined

FOLDER = files("grader.classroom.reports")


class Read(HTMLParser):
    """Elements with their attributes, and the text of some."""

    def __init__(self, page):
        super().__init__()
        self.found, self.text, self._inside = [], {}, []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag in {"script", "style", "title", "td", "th"}:
            self._inside.append(tag)
            self.text.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if self._inside:
            self.text[self._inside[-1]][-1] += data

    def all(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


def data_of(page):
    return json.loads(Read(page).text["script"][-1])


@pytest.fixture(scope="module")
def page():
    return render(pretended_class(60))


def test_the_policy_allows_our_script_and_style_and_nothing_else(page):
    read = Read(page)
    policy = next(m["content"] for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == rules["trusted-types"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert len(rules) == 7
    for rule, text in (("script-src", read.text["script"][0]), ("style-src", read.text["style"][0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert "unsafe" not in policy


def test_nothing_refers_outside(page):
    read = Read(page)
    assert [s.get("type") for s in read.all("script")] == [None, "application/json"]
    for _, attributes in read.found:
        assert not attributes.keys() & {"src", "srcset", "style", "action", "data", "poster"}
        assert all(not name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"https?://|//\w|@import|url\(", page)


def test_the_script_makes_no_markup_from_data():
    script = (FOLDER / "page.js").read_text("utf-8")
    forbidden = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "fetch(")
    assert not [word for word in forbidden if word in script]


def test_what_is_read_without_a_script(page):
    class_of_60 = pretended_class(60)
    body = page.partition("<noscript>")[0]
    for idea in misconceptions(class_of_60):
        assert joined(idea.title) in body
        assert joined(idea.text) in body
    assert "of 58 students" in body
    rows = re.findall(r'<tr id="student=([^"]+)"><th scope="row" class="name">([^<]+)<', page)
    assert [name for _, name in rows] == [str(joined(g.name)) for g in class_of_60.grades]
    linked = re.findall(r'href="#student=([^"]+)"', page.partition("<body>")[2])
    assert set(linked) <= {key for key, _ in rows}


def test_the_data_hold_every_report_once():
    whole = pretended_class(500)
    data = data_of(render(whole))
    assert len(data["students"]) == 500
    assert len(data["reports"]) < 500 / 2 < len(whole.grades)
    assert len(set(data["texts"])) == len(data["texts"])
    for grade, row in zip(whole.grades, data["students"], strict=True):
        numbers, error, *_ = data["reports"][row[8]]
        for case, number in zip(grade.report.cases, numbers, strict=True):
            kept = data["cases"][number]
            assert (data["texts"][kept[0]], kept[1], kept[2]) == (case.name, case.outcome, case.points)
            if case.outcome != "right":
                assert data["texts"][kept[6]] == said(case)
                assert data["texts"][kept[7]] == case.output
                assert (kept[8] == 0) == (case.diagnosis is None)
        assert (error == 0) == (grade.report.error is None)
        assert len(row[14]) == len(grade.history)


def test_the_same_class_gives_the_same_page():
    assert render(pretended_class(40)) == render(pretended_class(40))


@pytest.mark.full
def test_a_class_of_thousands_is_a_few_megabytes():
    assert len(render(pretended_class(2000, hidden=True)).encode()) < 2_000_000


@pytest.mark.parametrize("practice", ["", "its inputs are known"])
def test_an_empty_class(practice):
    page = render(Batch(exercise="x", title="X", hidden=True, practice=practice, grades=()))
    assert "There are no scores yet." in page
    assert ("Not for grades" in page) == bool(practice)
    assert data_of(page)["students"] == []


def test_what_is_hostile_stays_text():
    page = render(hostile_class())
    read = Read(page)
    assert len(read.all("script")) == 2
    assert read.all("img") == read.all("iframe") == []
    assert all(not name.startswith("on") for _, attributes in read.found for name in attributes)
    assert page.count("</script") == 2
    assert "\u202e" not in page
    assert r"\u202e" in page
    data = page.rpartition('type="application/json"')[2]
    assert "<script" not in data
    assert "<!--" not in data
    assert max(len(row[1]) for row in data_of(page)["students"]) <= 120
    ids = [attributes["id"] for _, attributes in read.found if attributes.get("id", "").startswith("student=")]
    assert len(ids) == len(set(ids)) == len(hostile_class().grades)
    assert all(re.fullmatch(r"student=[A-Za-z0-9._@~-]+", one) for one in ids)


def test_what_fills_a_slot_is_not_looked_through_for_slots():
    whole = replace(pretended_class(1), title="{{data}} {{policy}}")
    assert "{{data}} {{policy}}" in render(whole)


def test_text_is_escaped_and_markup_is_not():
    inner = element("b", "<&\"'>", title='"><i')
    assert inner == '<b title="&quot;&gt;&lt;i">&lt;&amp;&quot;&#x27;&gt;</b>'
    assert element("p", inner, None, 0, hidden=True, class_="a", aria_label=None, x=0) == (
        f'<p hidden class="a" x="0">{inner}0</p>'
    )
    assert cleaned("a\x1bb") == r"a\x1bb"
    assert cleaned("x" * 50, 10) == "x" * 7 + "..."


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (0.004, "<1 %"), (0.5, "50 %"), (0.999, "99 %"), (1.0, "100 %"), (float("nan"), "–")],
)
def test_shares_are_never_rounded_to_none_or_all(share, text):
    assert percent(share).replace("\u00a0", " ") == text


def _luminance(colour):
    full = colour.lstrip("#") if len(colour) > 4 else "".join(2 * c for c in colour.lstrip("#"))
    channels = [int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1, 2], ids=["light", "dark by system", "dark by choice"])
def test_contrasts(theme):
    style = (FOLDER / "style.css").read_text("utf-8")
    block = re.findall(r"\{([^{}]*--ground:[^{}]*)\}", style)[theme]
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", block))
    texts = ("text", "quiet", "accent", "right", "wrong", "open")
    for text, ground in product(texts, ("ground", "raised")):
        assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    for shape in ("bar", "strong-line", "focus"):
        assert _contrast(colours[shape], colours["ground"]) >= 3, shape
