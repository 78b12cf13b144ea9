import json

import jsonschema
import pytest
from referencing import Registry, Resource
from samples import CLASS, HOSTILE_CLASS, UTC_SHOWN

from grader.classroom.reports import json_lines
from grader.reports import as_json

SCHEMA = json.loads(json_lines.SCHEMA.read_text("utf-8"))
REPORT = Resource.from_contents(json.loads(as_json.SCHEMA.read_text("utf-8")))
VALIDATOR = jsonschema.Draft202012Validator(
    SCHEMA,
    registry=Registry().with_resource("report.schema.json", REPORT),
    format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
)


def lines(batch):
    text = json_lines.render(batch)
    assert text.isascii()
    read = [json.loads(line) for line in text.splitlines()]
    for line in read:
        VALIDATOR.validate(line)
    return read


def test_a_line_a_student_that_the_schema_accepts():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    read = lines(CLASS)
    assert [line["student"] for line in read] == ["ada", "bob", "cyd", "dan", "eve", "flo"]
    assert read[1]["report"] == json.loads(as_json.render(CLASS.grades[1].report))
    assert read[1]["graded"] == UTC_SHOWN.isoformat()
    assert read[1]["history"][0]["why"] == ["seed", "grader"]


def test_what_is_handed_on_holds_no_secret_seed():
    assert all("seed" not in line for line in lines(CLASS))


@pytest.mark.parametrize(
    "change", [{"student": ""}, {"schema_version": 2}, {"seed": 5}, {"report": {}}, {"history": [{"why": []}]}]
)
def test_the_schema_refuses_what_it_should(change):
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate({**lines(CLASS)[0], **change})


@pytest.mark.full
def test_hostile_names():
    for line in lines(HOSTILE_CLASS):
        json.dumps(line, ensure_ascii=False).encode()  # no half of a surrogate pair
