import csv
import html
import io
import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from samples import HOSTILE

from grader.reports.escaping import (
    cell,
    github_message,
    github_property,
    markdown,
    markdown_block,
    one_line,
    web,
    within,
    xml,
)

anything = st.one_of(st.text(), st.text(alphabet="=+-@;,\t\r\n\"' a1\u202e\ud800"), st.sampled_from(HOSTILE))
COMPUTED = re.compile(r"[\s\"']*[=+\-@\uff1d\uff0b\uff0d\uff20]")


@given(anything, anything)
def test_no_cell_is_a_formula_whatever_separates_them(one, two):
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([cell(one), cell(two)])
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=separator):
            for found in row:
                assert found.startswith("'") or not COMPUTED.match(found)


def test_cells_are_one_line():
    assert [text for text in HOSTILE if len(cell(text).splitlines()) > 1] == []


def test_a_cell_keeps_what_is_harmless():
    assert cell("Lovelace, Ada-Maria; O'Hara = x") == "Lovelace, Ada-Maria; O'Hara = x"
    assert cell("=1") == "'=1"


@given(anything)
def test_xml_holds_any_text_and_gives_it_back(text):
    element = ET.Element("x", a=one_line(text, 500))
    element.text = xml(text)
    read = ET.fromstring(ET.tostring(element))
    assert (read.text or "") == xml(text)
    assert read.get("a") == one_line(text, 500)


@given(anything)
def test_markdown_says_nothing_but_the_text(text):
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"x {markdown(text)} x")
    assert [token.type for token in parsed] == ["paragraph_open", "inline", "paragraph_close"]
    children = parsed[1].children
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children).split() == f"x {one_line(text, 500)} x".split()


@given(anything)
def test_nothing_closes_a_block_of_markdown(text):
    fence, last = MarkdownIt("commonmark").parse(f"{markdown_block(text)}\n\nend")[0::2][:2]
    assert fence.type == "fence"
    assert last.content == "end" or last.type == "paragraph_close"


@given(anything)
def test_a_workflow_command_is_one_line_and_is_read_back(text):
    message, given_property = github_message(text), github_property(text)
    assert not re.search(r"[\r\n]", message + given_property)
    assert not re.search("[:,]", given_property)
    assert message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%") == github_read(message)
    assert "%" not in re.sub("%(25|0A|0D|3A|2C)", "", given_property)


def github_read(message):
    """As GitHub's runner reads it: all that is escaped, and "%" last."""
    for escaped, character in (("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        message = message.replace(escaped, character)
    return message


@given(anything)
def test_html_is_text_and_breaks(text):
    shown = web(text)
    assert "<" not in shown.replace("<br>", "")
    assert html.unescape(shown.replace("<br>", "\n")) == html.unescape(html.escape(xml(text)))


def test_what_is_too_long_loses_whole_lines_and_says_so():
    text = "".join(f"line {n} \u00e9\n" for n in range(100))
    assert within(text, 10_000, "cut") == text
    short = within(text, 100, "The rest was left out.")
    assert len(short.encode()) <= 100
    assert short.startswith("line 0 \u00e9\nline 1 \u00e9\n")
    assert short.endswith("\n\nThe rest was left out.\n")
    assert set(text.splitlines()) >= set(short.splitlines()[:-2])
