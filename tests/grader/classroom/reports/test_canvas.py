import csv
import io

import pytest
from samples import CLASS, HOSTILE, MIXED, RIGHT, TWOFOLD, batch, grade

from grader.classroom.reports import canvas
from grader.reports.errors import FormatError

EXPORT = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Quiz (77),group_norm_nd (12345),Final Score\r\n"
    ",,,,,,Manual Posting,\r\n"
    "    Points Possible,,,,,10,2.5,(read only)\r\n"
    '"Lovelace, Ada",101,s1,ada,A,9.5,,90.1\r\n'
    '"Hopper, ""Bob""",102,s2,bob@example.org,"A, B",,1.25,\r\n'
    "Cyd Charisse,103,s3,x3,A,, ,\r\n"
    '"Student, Test",999,,abc,A,,,\r\n'
)


def entered(filled):
    rows = csv.DictReader(io.StringIO(filled.text.removeprefix("\ufeff"), newline=""))
    return {row["Student"]: row["group_norm_nd (12345)"] for row in rows}


def test_one_column_is_filled_and_every_other_byte_stays():
    filled = canvas.render(batch(grade("ada"), grade("bob@example.org", MIXED), grade("Cyd Charisse", TWOFOLD)), EXPORT)
    expected = EXPORT.replace("A,9.5,,90.1", "A,9.5,2.5,90.1").replace(",1.25,\r\n", ",0.48,\r\n")
    assert filled.text == expected.replace("x3,A,, ,", "x3,A,,1.25,")
    assert filled.left_out == ()
    assert filled.notes[0] == "3 students' points were filled in"


@pytest.mark.parametrize("known_as", ["ada", "ADA", "s1", "101", "Lovelace, Ada", "lovelaceada", "Ada Lovelace"])
def test_students_are_known_by_any_identifier_or_by_name(known_as):
    filled = canvas.render(batch(grade(known_as)), EXPORT)
    assert entered(filled)["Lovelace, Ada"] == "2.5"
    assert filled.text == EXPORT.replace("A,9.5,,90.1", "A,9.5,2.5,90.1")


def test_points_are_scaled_to_the_columns_and_that_is_said():
    filled = canvas.render(batch(grade("ada"), grade("bob@example.org", MIXED)), EXPORT.replace(",2.5,", ',"100,00",'))
    assert entered(filled)["Lovelace, Ada"] == "100"
    assert entered(filled)['Hopper, "Bob"'] == "19.05"
    assert "scaled: 10.5 points are 100 there; 2.5 points are 100 there" in filled.notes
    assert "1 of the cells held something else before" in filled.notes


def test_without_points_possible_nothing_is_scaled_and_that_is_said():
    filled = canvas.render(batch(grade("ada")), EXPORT.replace(",2.5,(", ",,("))
    assert entered(filled)["Lovelace, Ada"] == "2.5"
    assert any("nothing was scaled" in note for note in filled.notes)


def test_who_is_unknown_is_said_and_not_guessed():
    filled = canvas.render(batch(grade("zoe", name="Zo\u00eb"), grade("ada")), EXPORT)
    assert filled.left_out == ("zoe",)
    assert "no row is known to be theirs: zoe (Zo\u00eb)" in filled.notes
    assert entered(filled)["Lovelace, Ada"] == "2.5"


def test_two_of_the_same_name_are_nobody():
    twins = EXPORT.replace("Cyd Charisse", '"Lovelace, Ada"')
    assert canvas.render(batch(grade("x", name="Lovelace, Ada")), twins).left_out == ("x",)
    assert canvas.render(batch(grade("ada", name="Lovelace, Ada")), twins).left_out == ()


def test_an_identifier_that_two_rows_bear_is_nobodys():
    assert canvas.render(batch(grade("102")), EXPORT.replace("x3", "102")).left_out == ("102",)


def test_two_of_one_row_are_both_left_out():
    filled = canvas.render(batch(grade("ada"), grade("101")), EXPORT)
    assert filled.text == EXPORT
    assert filled.left_out == ("ada", "101")
    assert "several of them would share a row: ada, 101" in filled.notes


def test_the_excused_the_unchecked_and_those_with_nothing_are_left_as_they_are():
    export = EXPORT.replace("A,9.5,,", "A,9.5,EX,")
    filled = canvas.render(batch(grade("ada"), *CLASS.grades[4:]), export)
    assert filled.text == export
    assert filled.left_out == ("ada",)
    assert filled.notes[1:] == (
        "excused, left as they are: ada",
        "not checked, left as they are: flo",
        "handed in nothing, left as they are: eve",
    )


def test_semicolons_a_mark_and_first_and_last_names():
    export = "\ufeffLastName;FirstName;ID;SIS Login ID;Section;Group_norm-ND (1)\nLovelace;Ada;7;l;A;\n"
    export += "    Points Possible;;;;;2,5\n"
    filled = canvas.render(batch(grade("Ada Lovelace")), export)
    assert filled.text == export.replace(";A;\n", ";A;2.5\n")


def test_a_column_by_its_title_or_by_name():
    titled = EXPORT.replace("group_norm_nd (12345)", '"Group normalization, per position (12345)"')
    assert canvas.render(batch(grade("ada")), titled).left_out == ()
    assert '"Lovelace, Ada",101,s1,ada,A,10,,90.1' in canvas.render(batch(grade("ada")), EXPORT, "Quiz (77)").text


@pytest.mark.parametrize(
    ("export", "column", "reason"),
    [
        (EXPORT, "Exam", "has no column called .Exam.; say which with --column; assignments there: Quiz .77., group_"),
        (EXPORT.replace("Quiz", "Group norm nd"), None, "has several columns called .Group normalization"),
        (EXPORT, "Final Score", ".Final Score. is read only in Canvas"),
        (
            "a,b\n1,2\n",
            None,
            "is not Canvas' gradebook: it needs the columns Student and ID; its first line says: a, b",
        ),
    ],
)
def test_what_does_not_fit_is_said(export, column, reason):
    with pytest.raises(FormatError, match=reason):
        canvas.render(batch(grade("ada")), export, column)


def test_hostile_names_get_into_nobodys_export():
    for text in HOSTILE:
        filled = canvas.render(batch(grade(text, RIGHT, name=text), title=text), EXPORT)
        assert text == "Lovelace, Ada" or filled.text == EXPORT, text
        assert all("\n" not in note and "\x1b" not in note for note in filled.notes), text
