import csv
import io

import pytest
from samples import CLASS, HOSTILE, MIXED, TWOFOLD, batch, grade, hostile

from grader.classroom.reports import moodle
from grader.reports.errors import FormatError

HEADER = 'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed"'
HEADER += ',"Last modified (grade)","Feedback comments"\n'
EXPORT = (
    HEADER
    + 'Participant 123,"Ada Lovelace",ada@example.org,"Submitted for grading",,100.00,Yes,-,\n'
    + 'Participant 124,"Bob Hopper",bob@example.org,"Submitted for grading",50.00,100.00,Yes,-,"<p>good</p>"\n'
    + 'Participant 125,"Cyd Charisse",cyd@example.org,"No submission",,100.00,No,-,\n'
)


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize(
    "known_as", ["Participant 123", "123", "ada@example.org", "ada", "Ada Lovelace", "adalovelace"]
)
def test_grades_and_comments_are_filled_and_every_other_byte_stays(known_as):
    filled = moodle.render(batch(grade(known_as)), EXPORT)
    comment = '"2 of 2 cases, 2.5 of 2.5 points."'
    assert filled.text == EXPORT.replace('grading",,100.00,Yes,-,', f'grading",100,100.00,Yes,-,{comment}', 1)
    assert filled.notes[:2] == ("1 students' points were filled in", "scaled: 2.5 points are 100 there")


def test_the_comment_says_what_is_wrong():
    filled = moodle.render(batch(grade("124", MIXED)), EXPORT)
    comment = read(filled.text)[1]["Feedback comments"]
    assert "<br>wrong: larger; large<br>num_groups=4" in comment
    assert comment.count("Where does eps stand?") == 1
    assert "Line 18 is the first whose values are wrong" in comment
    assert comment.endswith("<br>skipped, as others must be right first: gradient")
    assert "1 of the cells held something else before" in filled.notes


def test_what_may_not_be_changed_is_not():
    filled = moodle.render(batch(grade("cyd", TWOFOLD)), EXPORT)
    assert filled.text == EXPORT
    assert filled.left_out == ("cyd",)
    assert "their cells may not be changed: cyd" in filled.notes


def test_who_was_not_checked_gets_neither_grade_nor_comment():
    filled = moodle.render(batch(*CLASS.grades[4:]), EXPORT.replace("Ada Lovelace", "flo").replace("Bob Hopper", "eve"))
    assert "100.00,Yes,-,\n" in filled.text
    assert filled.notes[0] == "0 students' points were filled in"


def test_another_language_has_its_grades_named():
    export = "ID,Vollst\u00e4ndiger Name,Bewertung,Bestwertung\nTeilnehmer/in123,Ada,,50\n"
    with pytest.raises(FormatError, match=r"no column .Grade..*with --column; its columns: ID, Vollst"):
        moodle.render(batch(grade("123")), export)
    filled = moodle.render(batch(grade("123")), export, "Bewertung")
    assert filled.text == export.replace("Ada,,", "Ada,50,")
    assert filled.notes[-1] == 'there is no column "Feedback comments", so that only grades were filled in'


def test_the_identifiers_hold_no_grades():
    with pytest.raises(FormatError, match=r"no column .Identifier. right of its identifiers"):
        moodle.render(batch(grade("123")), EXPORT, "Identifier")


def test_hostile_text_is_text_in_the_comment():
    for text in HOSTILE:
        filled = moodle.render(batch(grade("123", hostile(text), name=text)), EXPORT)
        comment = read(filled.text)[0]["Feedback comments"]
        assert "<" not in comment.replace("<br>", ""), text
        assert comment[0] in "01", text
        assert len(filled.text.splitlines()) == len(EXPORT.splitlines()), text
        assert read(filled.text)[1:] == read(EXPORT)[1:], text
