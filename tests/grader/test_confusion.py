"""Wrong programs, written by other means than the misconceptions' own code: which idea is each taken for?

``pytest tests/grader/test_confusion.py -s`` prints the confusion table.
"""

import re
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from exercises.loader import load
from grader.diagnosis.diagnose import diagnose
from grader.judge import judge
from grader.pipeline import check_file
from grader.plan import make_plan
from grader.runners import choice
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


def lines(path):
    return {int(line) for line in header(path)["line"].split(", ")}


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
    for number in lines(path):
        line = path.read_text("utf-8").splitlines()[number - 1].strip()
        assert line
        assert not line.startswith(("#", "import", "from", "class", "def ", '"', "@", "}"))


@pytest.mark.skipif(choice.DEFAULT != "warm", reason="91 programs through fresh processes take minutes")
def test_at_least_9_of_10_have_the_right_line():
    """The line of the idea; where its values depart only on a later line (or on the caller's), that one."""
    missed = {}
    with choice.runner() as runner:
        for path in FILES:
            report = check_file(EXERCISES[header(path)["exercise"]], path, seed=1, runner=runner)
            text = report.departure.text if report.departure else ""
            said = {int(line) for line in re.findall(r"\b[Ll]ine (\d+)", text)}
            if not said & lines(path):
                missed[path.stem] = (lines(path), text)
    print(f"\n{len(FILES) - len(missed)} of {len(FILES)} have the right line")  # noqa: T201 - the table
    for stem, (wanted, text) in missed.items():
        print(f"{stem}: {wanted}, but: {text}")  # noqa: T201 - the table
    assert len(missed) <= 0.1 * len(FILES)
