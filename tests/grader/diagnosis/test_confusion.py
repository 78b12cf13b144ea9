"""Wrong programs, written by other means than the misconceptions' own code: which idea is each taken for?

``pytest tests/grader/diagnosis/test_confusion.py -s`` prints the confusion table for one program of each exercise; with
``--every-wrong-submission`` for all programs, which takes some ten minutes and belongs before a release.
"""

import hashlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from telling import explained, located, named

from grader.course.loader import load_all
from grader.pipeline import check_file
from grader.sandbox import choice
from grader.sandbox.warm import WarmRunner
from grader.sandbox.warming import programs

FEW = 1  # programs of an exercise
FILES = sorted((Path(__file__).parents[2] / "data" / "wrong_submissions").glob("*.py"))
# Wrong trainings are in test_confusion_training.py.
EXERCISES = {e.slug: e for e in load_all() if e.spec.entry.kind != "training"}


class Found(NamedTuple):
    wanted: str
    named: str
    outcome: str
    lines: set[int]
    at: set[int]
    right: tuple[str, ...]


def header(path):
    rows = path.read_text("utf-8").splitlines()[:3]
    return dict(row.removeprefix("# ").split(": ") for row in rows)


def lines(path):
    return {int(line) for line in header(path)["line"].split(", ")}


@pytest.fixture(scope="module")
def table(request):
    """Programs through the grader, two at a time, as a batch would: some of each exercise, or all if asked for."""
    every = request.config.getoption("--every-wrong-submission")
    files = FILES if every else some_of_each_exercise()
    with choice.runner() as runner, ThreadPoolExecutor(2) as pool:
        if every and isinstance(runner, WarmRunner):  # for a program each it would cost more than it saves
            for exercise in EXERCISES.values():
                runner.fill(list(programs(exercise))[:1])
        return dict(zip([path.stem for path in files], pool.map(lambda path: found(path, runner), files), strict=True))


def some_of_each_exercise():
    """The same few in every run, chosen by what their names hash to, so that no likeness of names favours any."""
    by_hash = sorted(FILES, key=lambda path: hashlib.sha256(path.stem.encode()).hexdigest())
    of_each = {slug: [path for path in by_hash if header(path)["exercise"] == slug] for slug in EXERCISES}
    return [path for files in of_each.values() for path in files[:FEW]]


def found(path, runner):
    said = header(path)
    report = check_file(EXERCISES[said["exercise"]], path, seed=1, runner=runner)
    names = {named(case.diagnosis) or explained(case.diagnosis) for case in report.cases if case.diagnosis}
    text = located(report.departure) if report.departure else ""
    right = report.departure.found.right if report.departure and report.departure.found.what == "departs" else ()
    at = {int(line) for line in re.findall(r"\b[Ll]ine (\d+)", text)}
    return Found(said["misconception"], " | ".join(sorted(names)), report.outcome, lines(path), at, right)


@pytest.mark.full
def test_at_least_19_of_20_are_named_rightly(table):
    confused = Counter((row.wanted, row.named) for row in table.values() if row.wanted != row.named)
    right = len(table) - sum(confused.values())
    print(f"\n{right} of {len(table)} named rightly")
    for (wanted, taken), count in confused.items():
        print(f"{count} x {wanted} taken for: {taken or 'nothing'}")
    assert right >= 0.95 * len(table)


@pytest.mark.full
def test_every_one_of_them_is_wrong(table):
    assert [stem for stem, row in table.items() if row.outcome != "wrong"] == []


def test_the_set_is_large_and_covers_every_misconception():
    said = [header(path) for path in FILES]
    assert len(FILES) >= 45
    named = {name for row in said for name in row["misconception"].split("+")}
    assert {m.name for e in EXERCISES.values() for m in e.spec.misconceptions} == named
    assert {row["exercise"] for row in said} == set(EXERCISES)


def test_the_lines_said_to_be_wrong_are_lines_of_code():
    for path in FILES:
        text = path.read_text("utf-8").splitlines()
        for number in lines(path):
            line = text[number - 1].strip()
            default = line.startswith("def ") and "=" in line  # a wrong default stands there
            code = line and not line.startswith(("#", "import", "from", "class", "def ", '"', "@", "}"))
            assert default or code, f"{path.name}, line {number}: {line}"


@pytest.mark.full
def test_at_least_9_of_10_have_the_right_line(table):
    """The line of the idea; where its values depart only on a later line (or on the caller's), that one."""
    missed = {stem: row for stem, row in table.items() if not row.lines & row.at}
    print(f"\n{len(table) - len(missed)} of {len(table)} have the right line")
    for stem, row in missed.items():
        print(f"{stem}: line {row.at or 'none'}, and not {row.lines}")
    assert len(missed) <= 0.1 * len(table)


@pytest.mark.full
def test_no_report_clears_the_guilty_line(table):
    """Where the line told lies beyond all that are wrong, nothing may be called right up to there."""
    cleared = {stem: row for stem, row in table.items() if row.right and row.at and min(row.at) > max(row.lines)}
    assert cleared == {}
