"""grader report, and grader check --format: what is written, where, and with which exit code."""

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from samples import FAULT, HOSTILE, MIXED, NOTHING, RIGHT, hostile

from grader.classroom.gradebook import Fingerprint, Gradebook
from grader.classroom.reports.formats import CLASS
from grader.cli import main

CANVAS = "Student,ID,SIS Login ID,Section,group_norm_nd (1)\r\n    Points Possible,,,,10\r\nAda,1,ada,A,\r\n"


def made(folder, seed=None, **reports):
    """A folder as a batch leaves it."""
    folder.mkdir(exist_ok=True)
    with Gradebook(folder / "gradebook.sqlite", exercise="group_norm_nd", seed=seed) as book:
        for number, (student, report) in enumerate(reports.items()):
            sha256 = f"{number:064x}"
            book.enrol([(student, student.title(), f"{student}.py")])
            book.give(student, book.write(sha256, Fingerprint(exercise="e", grader="g", seed=1), report))
    return folder


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    return made(tmp_path / "out", ada=RIGHT, bob=MIXED, eve=NOTHING, flo=FAULT)


@pytest.fixture
def run(capfdbinary):
    def command(*arguments):
        code = main.run([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return code, out, err.decode()

    return command


@pytest.mark.parametrize("name", CLASS)
def test_every_format_of_a_class(name, folder, run, tmp_path):
    code, out, err = run("report", folder, "--format", name)
    assert (code, err) == (0, "")
    assert b"bob" in out
    assert run("report", folder, "--format", name, "--out", tmp_path / "file") == (0, b"", "")
    if name != "table":
        assert (tmp_path / "file").read_bytes() == out
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_table_is_what_one_sees_at_first(folder, run):
    code, out, _ = run("report", folder)
    assert code == 0
    assert b"4 students  1 right  1 wrong  1 not checked  1 nothing handed in" in out
    assert out.startswith(b"group_norm_nd  Group normalization of any rank\n")


def test_csv_is_utf8_whatever_the_terminal(folder):
    command = [sys.executable, "-m", "grader", "report", str(folder), "--format", "csv"]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.stdout.startswith(b"\xef\xbb\xbfstudent,")
    assert len(list(csv.reader(io.StringIO(done.stdout.decode("utf-8-sig"))))) == 5


@pytest.mark.parametrize("name", ["terminal", "json", "junit", "gradescope", "github", "markdown"])
def test_every_format_of_one_student(name, folder, run):
    code, out, err = run("report", folder, "--student", "bob", "--format", name)
    assert (code, err) == (0, "")
    assert b"raised TypeError: no" in out


def test_one_student_is_told_as_check_tells_it(folder, run):
    _, out, _ = run("report", folder, "--student", "bob")
    assert b"grader check group_norm_nd bob.py --seed 7" in out


def test_a_fault_of_ours_gets_no_results_json(folder, run, tmp_path):
    out = tmp_path / "results.json"
    code, _, err = run("report", folder, "--student", "flo", "--format", "gradescope", "--out", out)
    assert code == 2
    assert "Gradescope would take it for no points" in err
    assert not out.exists()


def test_canvas_gets_its_own_export_back(folder, run, tmp_path):
    export, out = tmp_path / "export.csv", tmp_path / "filled.csv"
    export.write_bytes(b"\xef\xbb\xbf" + CANVAS.encode() + b"\xe9t\xff,9,x,A,\r\n")
    code, _, err = run("report", folder, "--format", "canvas", "--export", export, "--out", out)
    assert code == 1
    assert out.read_bytes() == export.read_bytes().replace(b",A,", b",A,10", 1)
    assert "no row is known to be theirs: bob (Bob)" in err
    assert "not checked, left as they are: flo" in err
    code, text, _ = run("report", folder, "--format", "canvas", "--export", export)
    assert (code, text) == (1, out.read_bytes())


def test_all_placed_is_exit_code_0_and_what_speaks_against_grades_is_said(run, tmp_path):
    export = tmp_path / "export.csv"
    export.write_text(CANVAS, "utf-8", newline="")
    done = run("report", made(tmp_path / "out", seed=3, ada=RIGHT), "--format", "canvas", "--export", export)
    assert done[0] == 0
    assert "the seed was public" in done[2]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--format", "canvas"], "fills in a file exported by canvas; name that file with --export"),
        (["--format", "canvas", "--export", "nowhere.csv"], "--export nowhere.csv cannot be read: No such file"),
        (["--format", "csv", "--export", "x.csv"], "--export is for canvas and moodle; --format csv does not use it"),
        (["--format", "csv", "--column", "x"], "--column is for canvas and moodle"),
        (["--format", "gradescope"], "reports on one student; name the student with --student"),
        (["--format", "csv", "--student", "ada"], "reports on a class; one report is available as terminal, json"),
        (["--student", "a\x1bda"], r'there is no student "a\x1bda"'),
        (["--format", "pdf"], "'pdf' is not one of"),
        (["--out", "nowhere/file"], "--out nowhere/file cannot be written: No such file or directory"),
        (["--out", "a\0b"], "cannot be written: not a valid path"),
    ],
)
def test_misuse(arguments, reason, folder, run, monkeypatch):
    monkeypatch.chdir(folder.parent)
    code, out, err = run("report", folder, *arguments)
    assert (code, out) == (2, b"")
    assert reason in " ".join(err.split())


def test_an_export_is_not_replaced_by_what_is_made_of_it(folder, run, tmp_path):
    export = tmp_path / "export.csv"
    export.write_text(CANVAS, "utf-8")
    code, _, err = run("report", folder, "--format", "canvas", "--export", export, "--out", export)
    assert code == 2
    assert "--out would replace the file given by --export" in err
    assert export.read_text("utf-8") == CANVAS.replace("\r\n", "\n")


def test_what_is_no_gradebook_is_said_and_not_made(run, tmp_path):
    code, _, err = run("report", tmp_path)
    assert code == 2
    assert "'grader batch' creates one there" in " ".join(err.split())
    assert not list(tmp_path.iterdir())
    (tmp_path / "gradebook.sqlite").write_text("no database, but a text of some length" * 50)
    assert "there is no gradebook in" in " ".join(run("report", tmp_path)[2].split())
    (tmp_path / "gradebook.sqlite").unlink()
    sqlite3.connect(tmp_path / "gradebook.sqlite").close()
    assert run("report", tmp_path)[0] == 2


def test_a_class_in_an_exercise_that_is_no_longer_there(run, tmp_path):
    with Gradebook(tmp_path / "gradebook.sqlite", exercise="gone", seed=None):
        pass
    assert run("report", tmp_path, "--format", "jsonl") == (0, b"", "")


def test_hostile_names_reach_no_terminal(run, tmp_path):
    folder = made(tmp_path / "out", **{text.strip() or "x": hostile(text) for text in HOSTILE if "\ud800" not in text})
    for name in CLASS:
        code, out, _ = run("report", folder, "--format", name)
        assert code == 0
        assert b"\x1b" not in out
        assert b"\0" not in out


@pytest.fixture
def verdicts(monkeypatch, tmp_path):
    """Reports that check is to find, one after another; in a folder with a file to check."""
    reports = []
    monkeypatch.setattr("grader.cli.check.check_file", lambda *_, **__: reports.pop(0))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.py").write_text("x = 1\n", "utf-8")
    return reports


def check(run, *arguments):
    return run("check", "group_norm_nd", "s.py", "--runner", "fresh", *arguments)


def test_check_tells_one_report_in_any_format(run, verdicts, tmp_path):
    verdicts += [MIXED] * 5
    assert json.loads(check(run, "--format", "json")[1])["score"] == 2
    assert ET.fromstring(check(run, "--format", "junit")[1]).get("failures") == "3"
    code, out, err = check(run, "--format", "gradescope", "--out", "results.json")
    assert (code, out, err) == (1, b"", "")
    assert json.loads((tmp_path / "results.json").read_text("utf-8"))["score"] == 2
    lines = check(run, "--format", "github")[1].decode().splitlines()
    assert lines[0].startswith("::stop-commands::")
    assert [line.partition(" ")[0] for line in lines[-3:]] == ["::error", "::error", "::warning"]
    assert "file=s.py,line=18" in lines[-3]
    assert check(run, "--format", "markdown")[1].startswith(b"## group\\_norm\\_nd: 1 of 6 cases")


def test_check_writes_no_colour_to_a_file(run, verdicts, monkeypatch, tmp_path):
    monkeypatch.setenv("FORCE_COLOR", "1")
    verdicts += [MIXED]
    assert check(run, "--out", "report.txt")[:2] == (1, b"")
    assert "\x1b" not in (tmp_path / "report.txt").read_text("utf-8")


def test_what_was_not_checked_replaces_no_results(run, verdicts, tmp_path):
    (tmp_path / "results.json").write_text("before", "utf-8")
    verdicts += [FAULT]
    code, _, err = check(run, "--format", "gradescope", "--out", "results.json")
    assert code == 3
    assert "without results.json it says that the autograder failed" in " ".join(err.split())
    assert (tmp_path / "results.json").read_text("utf-8") == "before"


def test_a_place_that_cannot_be_written_is_said(run, verdicts):
    verdicts += [RIGHT]
    code, _, err = check(run, "--out", "nowhere/x")
    assert code == 2
    assert "--out nowhere/x cannot be written: No such file or directory" in " ".join(err.split())


@pytest.mark.parametrize("arguments", [["--format", "json"], ["--format=json"]])
def test_misuse_is_json_where_json_was_asked_for(arguments, run):
    code, out, _ = run("check", "nope", "x.py", *arguments)
    assert code == 2
    assert json.loads(out)["error"]["kind"] == "misuse"
