import csv
import io
import re

import pytest
from samples import CLASS, HOSTILE_CLASS, batch

from grader.classroom.reports import as_csv


def read(given):
    """As a spreadsheet reads it."""
    data = as_csv.render(given).encode()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def test_a_row_a_student_and_a_column_a_case():
    rows = read(CLASS)
    assert rows[1] == {
        "student": "bob",
        "name": "bob",
        "file": "bob.py",
        "outcome": "wrong",
        "score": "2",
        "max": "10.5",
        "misconceptions": "eps_outside_root",
        "not checked because": "",
        "graded (UTC)": "2026-11-21 20:05:07",
        "sha256": "b" * 64,
        "case: small": "right",
        "case: large": "wrong",
        "case: larger": "wrong",
        "case: raises": "wrong",
        "case: gradient": "skipped",
        "case: ours": "not checked",
    }
    assert rows[0]["name"] == "Lovelace, Ada"
    assert rows[0]["case: raises"] == ""
    assert rows[2]["misconceptions"] == "eps_outside_root, missing_affine"


def test_who_was_not_checked_has_no_score():
    flo = read(CLASS)[-1]
    assert (flo["outcome"], flo["score"]) == ("not checked", "")
    assert flo["not checked because"] == "the worker could not be started"


def test_nobody():
    assert read(batch()) == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_hostile_names_compute_nothing_even_where_another_separator_is_usual(delimiter):
    assert len(read(HOSTILE_CLASS)) == len(HOSTILE_CLASS.grades)
    text = as_csv.render(HOSTILE_CLASS).removeprefix("\ufeff")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        for cell in row:
            assert not re.match(r"\s*[=+\-@\uff1d]", cell)
            assert len(cell) < 32_767 or delimiter != ","
            assert not re.search("[\x00-\x08\x0b-\x1f\u202e\ud800-\udfff]", cell)
