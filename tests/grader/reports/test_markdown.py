import pytest
from markdown_it import MarkdownIt
from samples import CLASS, HOSTILE, HOSTILE_CLASS, MIXED, REFUSED, REPORTS, batch, grade, hostile

from grader.classroom.reports import markdown as of_class
from grader.reports import markdown

BLOCKS = {
    *("heading_open", "heading_close", "inline", "fence", "paragraph_open", "paragraph_close"),
    *(f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")),
}
INLINE = {"text", "text_special", "softbreak", "strong_open", "strong_close"}


def parsed(text):
    """Tokens, none of which is a link, an image, HTML or anything else that we do not write."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    assert {token.type for token in tokens} <= BLOCKS
    for token in tokens:
        assert {child.type for child in token.children or ()} <= INLINE
    return tokens


def cells(text):
    """Rows of the tables, headings included."""
    rows, inside = [], False
    for token in parsed(text):
        if token.type == "tr_open":
            rows.append([])
        inside = inside and token.type not in ("td_close", "th_close")
        if token.type == "inline" and inside:
            rows[-1].append("".join(child.content for child in token.children))
        inside = inside or token.type in ("td_open", "th_open")
    return rows


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_read_as_it_is_meant(name):
    assert parsed(markdown.render(REPORTS[name]))[0].type == "heading_open"


def test_a_row_a_case_and_every_mistake_once():
    rows = cells(markdown.render(MIXED))
    assert rows[1:3] == [["right", "small", "2 of 2"], ["wrong", "large", "0 of 0.5"]]
    fences = [token.content for token in parsed(markdown.render(MIXED)) if token.type == "fence"]
    assert len(fences) == 3  # two mistakes and a fault of ours
    assert sum("Line 18" in fence for fence in fences) == 1
    assert "the file is empty" in markdown.render(REFUSED)


def test_a_class():
    rows = cells(of_class.render(CLASS))
    assert ["eps_outside_root", "2"] in rows
    assert rows[-6] == ["ada", "Lovelace, Ada", "right", "2.5", "2 of 2", ""]
    assert rows[-1] == ["flo", "flo", "not checked", "", "0 of 2", "the worker could not be started"]
    assert "The same text: ada \\= cyd" in of_class.render(CLASS)


def test_hostile_text():
    for text in HOSTILE:
        assert len(cells(markdown.render(hostile(text)))) == 6, text
        rows = cells(of_class.render(batch(grade(text, hostile(text), name=text))))
        assert len(rows[-1]) == 6, text


def test_a_hostile_class():
    assert all(len(row) in (2, 6) for row in cells(of_class.render(HOSTILE_CLASS)))


@pytest.mark.full
def test_a_huge_class_is_cut_with_a_sentence():
    text = of_class.render(batch(*(grade(f"{n:06} {'x' * 200}") for n in range(5000))))
    assert len(text.encode()) <= 1 << 20
    assert text.endswith("|\n\n*The rest was left out: GitHub shows at most 1 MiB of a summary.*\n")
