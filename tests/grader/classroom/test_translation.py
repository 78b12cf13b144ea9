"""With every sentence of the catalogue in capitals, verdicts, statistics and machine formats stay the same."""

import csv
import io
import json
import os
import sys
from xml.etree import ElementTree as ET

import pytest
import samples
from pretended import pretended_class
from scripted import EXERCISE, messages

from grader.classroom import statistics
from grader.classroom.alike import clusters
from grader.classroom.reports import as_csv, canvas, json_lines, junit, moodle, nbgrader, page_data
from grader.classroom.submissions import find
from grader.judge.judge import simulated
from grader.pipeline import grade
from grader.reports import as_json, diagnosis_in_words, github, gradescope, sentences
from grader.sandbox.fake import FakeRunner
from grader.submission.reading import Submission
from grader.worker.wire import Message

CATALOGUE = (
    *(sentences.of, sentences.message, sentences.place, diagnosis_in_words.text, diagnosis_in_words.line),
    *(diagnosis_in_words.said, diagnosis_in_words.trait),
)
CLASSES = {
    "pretended": pretended_class(150),
    "hidden": pretended_class(80, hidden=True),
    "samples": samples.CLASS,
}


@pytest.fixture
def translate(monkeypatch):
    """Puts the catalogue into capitals, wherever a module has a part of it."""

    def capitals(of):
        def shouted(*given):
            said = of(*given)
            return tuple(part.upper() for part in said) if isinstance(said, tuple) else said.upper()

        return shouted

    def translated():
        originals = {id(of): capitals(of) for of in CATALOGUE}
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == "grader":
                for attribute, value in list(vars(module).items()):
                    if id(value) in originals:
                        monkeypatch.setattr(module, attribute, originals[id(value)])

    return translated


def facts_of(report):
    """A report in JSON, without its sentences; and the sentences."""
    given = json.loads(as_json.render(report))
    said = [case.pop("message") for case in given["cases"]]
    said += [case["diagnosis"].pop("text") for case in given["cases"] if case["diagnosis"]]
    said += [found.pop("message") for found in given["left_out"]]
    if given["error"]:
        said.append(given["error"].pop("message"))
    if given["departure"]:
        said += [given["departure"].pop("place"), given["departure"].pop("text")]
    return given, said


def of_line(line):
    """An object of JSON lines, without its report's sentences."""
    given = json.loads(line)
    return {**given, "report": facts_of(as_json.read(given["report"]))[0]}


def of_xml(text):
    return [(e.tag, {k: v for k, v in e.attrib.items() if k != "message"}) for e in ET.fromstring(text).iter()]


def of_page(batch):
    """The page's data without sentences: what a report says in words is left out, the rest is looked up."""
    data = json.loads(page_data.as_json(page_data.shown(batch)))
    texts = data["texts"]

    def of_case(row):
        head = [texts[row[0]], *row[1:4], texts[row[4]], row[5]]
        return head if len(row) == 6 else [*head, texts[row[7]], row[8] and texts[row[8][0]], row[9]]

    def of_report(row):
        numbers, error, fault, note, departure, isolation = row
        return [
            [of_case(data["cases"][number]) for number in numbers],
            error and texts[error[0]],
            fault,
            note < 0 or texts[note],
            departure and [texts[departure[0]], departure[1]],
            isolation < 0 or texts[isolation],
        ]

    def of_student(row):
        history = [[*past[:3], texts[past[3]]] for past in row[14]]
        return [*row[:7], texts[row[7]], of_report(data["reports"][row[8]]), *row[9:14], history, row[15]]

    return [data["max"], data["ideas"], [of_student(row) for row in data["students"]]]


def of_class(batch):
    """All that machines read of a class."""
    rows = list(csv.DictReader(io.StringIO(as_csv.render(batch).removeprefix("\ufeff"), newline="")))
    gradebook, sheet = "Student,ID,x (1)\n    Points Possible,,10\n", "Identifier,Full name,Grade,Maximum grade\n"
    for graded in batch.grades:
        gradebook += f'"{graded.name}",{graded.student},\n'
        sheet += f'{graded.student},"{graded.name}",,10\n'
    return {
        "standings": [statistics.standings(batch), statistics.checked(batch), statistics.refused(batch)],
        "scores": [statistics.distribution(batch), statistics.items(batch)],
        "mistakes": [statistics.misconceptions(batch), statistics.failures(batch), statistics.unnamed(batch)],
        "copies": statistics.duplicates(batch),
        "clusters": clusters(batch),
        "reports": [facts_of(g.report)[0] for g in batch.grades],
        "lines": [of_line(line) for line in json_lines.render(batch).splitlines()],
        "csv": [{name: value for name, value in row.items() if name != "not checked because"} for row in rows],
        "nbgrader": nbgrader.render(batch),
        "canvas": canvas.render(batch, gradebook, "x"),
        "moodle": moodle.render(batch, sheet, "Grade"),
        "junit": of_xml(junit.render(batch)),
        "page": of_page(batch),
    }


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", CLASSES)
def test_a_class_in_another_language_comes_to_the_same(name, translate):
    batch = CLASSES[name]
    before = of_class(batch)
    plain = [facts_of(g.report)[1] for g in batch.grades]
    translate()
    shouted = [facts_of(g.report)[1] for g in batch.grades]
    assert shouted == [[sentence.upper() for sentence in said] for said in plain]
    assert shouted != plain
    after = of_class(batch)
    for what, found in before.items():
        assert after[what] == found, what


@pytest.mark.parametrize("name", [name for name in samples.REPORTS if name not in ("fault", "bare")])
def test_what_platforms_are_told_of_a_report_is_the_same(name, translate):
    report = samples.REPORTS[name]

    def machine():
        results = json.loads(gradescope.render(report))
        tests = [{k: v for k, v in test.items() if k != "output"} for test in results.pop("tests")]
        commands = github.render(report, file="x.py", log="", token="5ec2e7")
        heads = [line.split("::")[1] for line in commands.splitlines() if line.startswith("::")]
        return [{k: v for k, v in results.items() if k != "output"}, tests, heads]

    before = machine()
    translate()
    assert machine() == before


def graded(name):
    """What the pipeline makes of a misconception's own answers."""
    idea = next(m for m in EXERCISE.spec.misconceptions if m.name == name)

    def played(asked):
        for message in messages(asked, wrong=False):
            index, made = message.body.get("case"), None
            if message.body["event"] == "answered":
                case = asked.plan.cases[index]
                made = simulated(idea, case, EXERCISE.spec.reference)
            if made and "value" in made:
                made = {key: array.astype(case.x.dtype if key == "value" else "float32") for key, array in made.items()}
                message = Message(message.body, {**message.arrays, **made})
            yield message

    class Played(FakeRunner):
        def run(self, asked, /, follow_up=lambda _: None):
            return FakeRunner(tuple(played(asked))).run(asked, follow_up)

    return grade(EXERCISE, Submission(name="x.py", source="x"), seed=1, runner=Played(()))


@pytest.mark.parametrize("name", ["eps_outside_root", "missing_root", "eps_ignored"])
def test_a_verdict_and_its_diagnosis_do_not_depend_on_words(name, translate):
    before = graded(name)
    assert before.outcome == "wrong"
    assert name in {idea.name for idea in before.ideas}
    translate()
    after = graded(name)
    facts, said = facts_of(after)
    assert {**facts, "seconds": 0} == {**facts_of(before)[0], "seconds": 0}
    assert said == [sentence.upper() for sentence in said]


def test_what_cannot_be_graded_keeps_its_digest(tmp_path, translate):
    (tmp_path / "ann.py").write_text(" ")
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "x.docx").write_text("x")
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "x.py").symlink_to(os.devnull)
    before = [(s.student, s.sha256, s.problem) for s in find(tmp_path, EXERCISE).students]
    assert [problem.kind for *_, problem in before] == ["empty", "no_program", "not_read"]
    translate()
    assert [(s.student, s.sha256, s.problem) for s in find(tmp_path, EXERCISE).students] == before


def test_the_catalogue_is_all_there_is():
    """Each function of the catalogue that other modules call is one that these tests translate."""
    catalogue = {id(of) for of in CATALOGUE}
    for name, module in list(sys.modules.items()):
        if name.startswith("grader.") and module not in (sentences, diagnosis_in_words):
            for value in vars(module).values():
                if getattr(value, "__module__", "") in (sentences.__name__, diagnosis_in_words.__name__):
                    assert id(value) in catalogue, (name, value)
