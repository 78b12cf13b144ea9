"""Waiting for saves, without sleeping; what changed between two reports; and the command as a learner runs it."""

import os
import signal
import subprocess
import sys
from itertools import count
from typing import NamedTuple

import pytest

from grader.cli import console
from grader.course.loader import load
from grader.findings.of_errors import Idea
from grader.learner import change_in_words as changes
from grader.learner.change import compare
from grader.learner.saves import Saves, graded_on_save
from grader.report import CaseResult, Diagnosis, Report, refused
from grader.submission.reading import NoSuchFileError

# A shell has what it starts in the background ignore SIGINT; a user's terminal does not.
ATTENTIVE = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


class Stat(NamedTuple):
    st_dev: int
    st_ino: int
    st_size: int
    st_mtime_ns: int


def state(number):
    return Stat(st_dev=1, st_ino=1, st_size=10, st_mtime_ns=number)


class Disk:
    """A file that changes as time passes: a state for each look, None where there is no file."""

    def __init__(self, *states):
        self.states, self.looks, self.slept = states, 0, 0

    def stat(self, _path):
        seen = self.states[min(self.looks, len(self.states) - 1)]
        self.looks += 1
        if seen is None:
            raise FileNotFoundError
        return seen

    def sleep(self, _seconds):
        assert self.looks < 100, "it waits for ever"
        self.slept += 1

    def saves(self):
        return Saves("f.py", stat=self.stat, sleep=self.sleep)


OLD, NEW, NEWER = state(1), state(2), state(3)


@pytest.mark.parametrize(
    ("states", "looks"),
    [
        ([OLD, OLD, OLD, NEW, NEW], 5),
        ([OLD, OLD, NEW, NEWER, NEWER], 5),  # still being written
        ([OLD, NEW, NEW], 3),  # saved while it was graded
        ([OLD, OLD, None, None, None, NEW, NEW], 7),  # taken away for a moment
        ([OLD, OLD, None, OLD, OLD, NEW, NEW], 7),  # and back as it was: not saved
        ([OLD, NEW, None, NEW, NEW], 5),
        ([OLD, OLD._replace(st_ino=2), OLD._replace(st_ino=2)], 3),  # another file took its place
        ([OLD, OLD._replace(st_size=0), OLD._replace(st_size=0)], 3),
    ],
)
def test_a_save_is_over_when_two_looks_agree(states, looks):
    disk = Disk(*states)
    saves = disk.saves()
    saves.take()
    saves.wait()
    assert disk.looks == looks
    assert disk.slept == looks - 2  # one look takes, one comes before the first sleep


def test_a_save_is_taken_once():
    disk = Disk(OLD, OLD, NEW, NEW, NEW, NEW, NEWER, NEWER)
    saves = disk.saves()
    saves.take()
    saves.wait()
    saves.wait()
    assert disk.looks == 8


def test_work_is_done_only_while_nothing_else_is_to_be_done():
    disk = Disk(OLD, OLD, OLD, None, NEW, OLD, OLD, OLD, NEWER, NEWER)
    steps, saves = count(), disk.saves()
    saves.take()
    saves.wait(steps)
    assert next(steps) == 3
    assert disk.looks == 10


def test_the_first_verdict_comes_at_once_and_then_one_on_every_save():
    disk, missed = Disk(OLD, OLD, NEW, NEW, NEWER, NEWER, OLD, OLD), []
    graded = iter(["first", NoSuchFileError("it is gone"), "second", "third"])

    def grade():
        report = next(graded)
        if isinstance(report, Exception):
            raise report
        return report

    reports = graded_on_save(disk.saves(), grade, missed.append)
    assert next(reports) == "first"
    assert (disk.looks, disk.slept) == (1, 0)
    assert next(reports) == "second"
    assert missed == ["it is gone"]
    assert next(reports) == "third"


def test_a_file_that_was_never_there_is_misuse():
    def grade():
        raise NoSuchFileError("no")

    with pytest.raises(NoSuchFileError):
        next(graded_on_save(Disk(None).saves(), grade, None))


def report(digest="", error=None, **outcomes):
    """A report whose cases are written as name="right", or as name="an_idea" for a wrong one that is named."""
    cases = []
    for name, told in outcomes.items():
        outcome = told if told in ("right", "wrong", "skipped", "not_checked") else "wrong"
        ideas = tuple(Idea(name=one, title=one, text="?") for one in told.split("+"))
        points = 1.0 if outcome == "right" else 0.0
        case = CaseResult(
            name=name, seed=0, outcome=outcome, points=points, max_points=1, situation="",
            diagnosis=Diagnosis(ideas=ideas) if outcome != told else None,
        )  # fmt: skip
        cases.append(case)
    rejected = refused("x", "x") if error else None
    return Report(exercise="ex", cases=tuple(cases), seed=0, seconds=0.0, error=rejected, digest=digest)


def test_compare_tells_each_case_by_name():
    before = report(a="right", b="right", c="wrong", d="skipped", e="right", f="wrong", g="right", h="not_checked")
    after = report(b="wrong", a="right", c="right", d="right", e="skipped", f="skipped", g="not_checked", h="right")
    change = compare(before, after)
    assert change.turned_wrong == ("b",)
    assert change.turned_right == ("c", "d")
    assert change.out_of_reach == ("e",)
    assert change.score == (4, 4)
    assert change.max_score == 8
    assert change.rejected == (False, False)


def test_a_case_that_is_new_is_no_change():
    change = compare(report(a="right"), report(a="right", b="wrong", c="right"))
    assert (change.turned_wrong, change.turned_right) == ((), ())


def test_compare_tells_the_mistakes_each_once_and_in_order():
    change = compare(report(a="y", b="x", c="y", d="wrong"), report(a="right", b="x+z"))
    assert change.mistakes == (("y", "x"), ("x", "z"))


def test_the_same_text_is_known_and_no_text_is_not():
    assert compare(report("1", a="right"), report("1", a="right")).same_text
    assert not compare(report("1", a="right"), report("2", a="right")).same_text
    assert not compare(report(a="right"), report(a="right")).same_text


TITLES = {"eps": "eps outside the root", "mean": "the mean is kept"}


def shown(capsys, before, after):
    change = compare(before, after)
    console.show(changes.render(change, TITLES))
    return capsys.readouterr().out.splitlines(), changes.in_short(change)


def test_what_broke_is_said_first(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    lines, short = shown(
        capsys, report(a="wrong", b="right", c="right", d="right"), report(a="right", b="wrong", c="eps", d="skipped")
    )
    assert lines == [
        "3 -> 1 of 4 points",
        "  turned WRONG  b, c",
        "  out of reach  d",
        "  turned right  a",
        "  the mistake   has a name now: eps outside the root",
    ]
    assert short == "2 turned WRONG, 1 out of reach, 1 turned right; 3 -> 1 of 4 points"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ({"a": "eps"}, {"a": "eps"}, ["no change every case ends as it did", "is the same: eps outside the root"]),
        ({"a": "eps"}, {"a": "eps+mean"}, ["is now: eps outside the root and the mean is kept", "was: eps outside"]),
        ({"a": "eps"}, {"a": "wrong"}, ["the mistake is no longer seen: eps outside the root"]),
        ({"a": "unheard_of"}, {"a": "right"}, ["is no longer seen: unheard_of"]),
        ({"digest": "1", "a": "wrong"}, {"digest": "1", "a": "wrong"}, ["no change the text is the same as before"]),
        ({"error": "x", "a": "wrong"}, {"error": "x", "a": "wrong"}, ["no change no case is reached, as before"]),
        ({"error": "x", "a": "wrong"}, {"a": "eps"}, ["it runs now and the cases are reached", "has a name now"]),
        ({"a": "right", "b": "eps"}, {"error": "x", "a": "wrong", "b": "wrong"}, ["every case: the file as a whole"]),
    ],
)  # fmt: skip
def test_the_other_changes_in_words(capsys, monkeypatch, before, after, says):
    monkeypatch.setenv("COLUMNS", "120")
    lines, _ = shown(capsys, report(**before), report(**after))
    for text in says:
        assert any(text in " ".join(line.split()) for line in lines), lines
    if after.get("error"):  # of a file that fails as a whole nothing is known
        assert not any("the mistake" in line for line in lines)


def until(stream, text):
    """Reads lines up to one that holds the text; returns all of them."""
    lines = []
    for line in stream:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError(f"it ended without {text!r}: {lines}")


@pytest.mark.full
def test_a_learner_who_edits_sees_what_changed(tmp_path):
    solution = load("group_norm_1d").solution
    file = tmp_path / "mine.py"
    file.write_text("def half(:\n", "utf-8")
    command = [sys.executable, "-m", "grader", "watch", "group_norm_1d", "mine.py", "--time-limit", "120"]
    with subprocess.Popen(
        [sys.executable, "-c", ATTENTIVE, *command], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, "COLUMNS": "200"},
    ) as process:  # fmt: skip
        first = until(process.stdout, "Waiting for mine.py to be saved. Ctrl-C stops.")
        assert "Python cannot read the file" in first
        assert "Run " not in first
        beside = tmp_path / "beside"  # as editors do that replace the file
        beside.write_text(solution, "utf-8")
        beside.replace(file)
        second = until(process.stdout, "Waiting for")
        assert "\nRun 2 of mine.py\n0 -> 13 of 13 points\n  turned right  parameters, " in second
        assert "All is right." in second
        file.write_text("", "utf-8")
        third = until(process.stdout, "Waiting for")
        assert "turned WRONG  every case: the file as a whole fails" in third
        assert "the file is empty" in third
        assert "--time-limit 120" in third
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert out == "\n3 runs of mine.py: 0 -> 0 of 13 points; the last is wrong.\n"
    assert (process.returncode, err) == (1, "")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


def test_watching_what_is_not_there_is_misuse(tmp_path):
    command = [sys.executable, "-m", "grader", "watch", "group_norm_1d", str(tmp_path / "none.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.py cannot be read: No such file or directory" in " ".join(done.stderr.split())
