"""Wrong programs, written by other means than the misconceptions' own code: which idea is each taken for?

``pytest tests/grader/test_confusion.py -s`` prints the confusion table.
"""

import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from exercises.loader import load
from grader.diagnosis.diagnose import diagnose
from grader.judge import judge
from grader.plan import make_plan
from grader.trusted import TrustedProgram

FILES = sorted(Path(__file__).with_name("wrong_submissions").glob("*.py"))
EXERCISES = {slug: load(slug) for slug in ("group_norm_1d", "group_norm_nd")}


class Found(NamedTuple):
    wanted: str
    named: str
    outcomes: set[str]
    seconds: float


def header(path):
    rows = path.read_text("utf-8").splitlines()[:3]
    return dict(row.removeprefix("# ").split(": ") for row in rows)


def found(path, seed=0):
    said, source = header(path), path.read_text("utf-8")
    exercise = EXERCISES[said["exercise"]].spec
    program, cases = TrustedProgram(source, exercise.entry), make_plan(EXERCISES[said["exercise"]], seed=seed).cases
    answers = {index: program.answer(case) for index, case in enumerate(cases)}
    outcomes = {
        judge(case, exercise.reference, answers[index]).outcome
        for index, case in enumerate(cases)
        if not answers[index].problem
    }
    began = time.process_time()
    diagnoses = diagnose(exercise, cases, answers).values()
    seconds = time.process_time() - began
    names = {diagnosis.misconception or diagnosis.text for diagnosis in diagnoses}
    return Found(said["misconception"], " | ".join(sorted(names)), outcomes, seconds)


@pytest.fixture(scope="module")
def table():
    return {path.stem: found(path) for path in FILES}


def test_at_least_19_of_20_are_named_rightly(table):
    confused = Counter((row.wanted, row.named) for row in table.values() if row.wanted != row.named)
    right = len(table) - sum(confused.values())
    slowest = max(row.seconds for row in table.values())
    print(f"\n{right} of {len(table)} named rightly, the slowest in {slowest:.2f} s")  # noqa: T201 - the confusion table
    for (wanted, named), count in confused.items():
        print(f"{count} x {wanted} taken for: {named or 'nothing'}")  # noqa: T201 - the confusion table
    assert right >= 0.95 * len(table)


def test_every_one_of_them_is_wrong(table):
    assert [stem for stem, row in table.items() if "wrong" not in row.outcomes] == []


def test_the_set_is_large_and_covers_every_misconception():
    said = [header(path) for path in FILES]
    assert len(FILES) >= 45
    named = {name for row in said for name in row["misconception"].split("+")}
    assert {m.name for e in EXERCISES.values() for m in e.spec.misconceptions} == named
    assert {row["exercise"] for row in said} == set(EXERCISES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_line_said_to_be_wrong_is_a_line_of_code(path):
    line = path.read_text("utf-8").splitlines()[int(header(path)["line"]) - 1].strip()
    assert line
    assert not line.startswith(("#", "import", "from", "class", "def ", '"', "@", "}"))
