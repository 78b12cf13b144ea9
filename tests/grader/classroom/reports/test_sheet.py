import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import HOSTILE

from grader.classroom.reports.sheet import Sheet, number, written
from grader.reports.errors import FormatError

cells = st.one_of(st.text(alphabet="ab\",;\t\r\n'= \u00e9\U0001f600"), st.sampled_from(HOSTILE)).filter(
    lambda text: "\0" not in text
)
tables = st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=5)


def text_of(rows, delimiter=",", end="\r\n", quoting=csv.QUOTE_MINIMAL):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return text.getvalue()


@given(
    tables,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["", "\ufeff"]),
)
def test_it_is_read_as_python_reads_it_and_given_back_byte_for_byte(rows, delimiter, end, quoting, mark):
    rows = [["Student", "ID", "Section", "Grade", "More"], *rows]
    text = text_of(rows, delimiter, end, quoting)
    sheet = Sheet.read(mark + text)
    assert sheet.delimiter == delimiter
    assert sheet.text() == mark + text
    read = [[sheet.value(row, column) for column in range(len(line))] for row, line in enumerate(sheet.lines)]
    theirs = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert read == [[cell.strip() for cell in row] or [""] for row in theirs]


@given(tables, cells, st.integers(0, 4))
def test_what_is_put_is_there_and_nothing_else_has_moved(rows, what, column):
    rows = [["Student", "ID", "Section", "Grade", "More"], *rows]
    sheet = Sheet.read(text_of(rows))
    row = len(sheet.lines) - 1
    before = [list(line) for line in sheet.lines]
    sheet.put(row, column, what)
    assert sheet.value(row, column) == what.strip()
    again = Sheet.read(sheet.text())
    assert again.value(row, column) == what.strip()
    for number_, line in enumerate(before):
        for at, cell in enumerate(line):
            if (number_, at) != (row, column):
                assert sheet.lines[number_][at] == cell


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "S\0t\0u\0", "\ufffd\0a"])
def test_what_is_no_csv_is_said(text):
    with pytest.raises(FormatError, match="is no CSV in UTF-8"):
        Sheet.read(text)


def test_a_quote_that_is_never_closed_is_said():
    with pytest.raises(FormatError, match='a quote is never closed after "Ada,2'):
        Sheet.read('Student,ID\n"Ada,2\n')


@pytest.mark.parametrize(("text", "value"), [("100", 100), (" 99.50 ", 99.5), ("99,5", 99.5), ("A", None), ("", None)])
def test_numbers_as_platforms_write_them(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("points", "text"), [(0, "0"), (10, "10"), (2.5, "2.5"), (100 / 3, "33.33"), (12345.0, "12345")]
)
def test_points_as_platforms_read_them(points, text):
    assert written(points) == text
