import csv
import io

from samples import CLASS, HOSTILE_CLASS, batch, grade

from grader.classroom.reports import nbgrader

HEADER = "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score"  # noqa: E501


def read(given):
    text = nbgrader.render(given)
    assert text.splitlines()[0] == HEADER
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_its_columns():
    rows = read(CLASS)
    assert ",".join(rows[0].values()) == "group_norm_nd,,,ada,Lovelace,Ada,,2.5,0.0,2.5,2.5"
    assert (rows[1]["last_name"], rows[1]["first_name"]) == ("bob", "")
    assert rows[4]["score"] == "0.0"


def test_a_fault_of_ours_is_no_zero():
    assert (read(CLASS)[-1]["raw_score"], read(CLASS)[-1]["score"]) == ("", "")


def test_an_address_is_known():
    assert read(batch(grade("ada@example.org")))[0]["email"] == "ada@example.org"


def test_hostile_names():
    rows = read(HOSTILE_CLASS)
    assert len(rows) == len(HOSTILE_CLASS.grades)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
