"""The learner's commands in a learner's folder: next, start, check, hint, solution. Real processes only where noted."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli import learner, main
from grader.course.loader import load, load_all
from grader.learner import record
from grader.learner.record import NAME, Standing
from grader.report import CaseResult, Report, refused

FIRST, SECOND = "group_norm_1d", "group_norm_nd"
EXERCISE = load(FIRST)
HINTS = EXERCISE.spec.hints


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """The learner's folder; and a course of two exercises, however long it has become."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(learner, "chosen", lambda: [load(FIRST), load(SECOND)])
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def run(capsys):
    """Runs a command; returns exit code, output and errors."""

    def command(*arguments):
        code = main.run(list(arguments))
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def verdicts(monkeypatch):
    """Reports that check is to find, one after another."""
    reports = []
    monkeypatch.setattr("grader.cli.check.check_file", lambda *_, **__: reports.pop(0))
    return reports


def report(points, digest, outcome="wrong", *, seed=0):
    case = CaseResult(name="one", seed=seed, outcome=outcome, points=points, max_points=13, situation="")
    return Report(exercise=FIRST, cases=(case,), seed=seed, seconds=0.0, digest=digest)


def keep(folder=Path(), **standings):
    """Makes a record of these standings."""
    record.begin(folder)
    for slug, standing in standings.items():
        record.update(folder, slug, lambda _, new=standing: new)


def test_next_begins_a_record_and_points_at_the_first_exercise(run, here):
    code, out, err = run("next")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "From now on your progress is recorded in grader-progress.json in this folder.",
        "",
        "exercise       what you write                       state     points  of  tries",
        "group_norm_1d  Group normalization of one position  [ ] open       0  13      0",
        "group_norm_nd  Group normalization of any rank      [ ] open       0  21      0",
        "",
        "Next: group_norm_1d, Group normalization of one position",
        "  grader show group_norm_1d                    read the task",
        "  grader start group_norm_1d                   copy the starter to group_norm_1d.py",
        "  grader check group_norm_1d group_norm_1d.py  grade it",
        "  grader watch group_norm_1d group_norm_1d.py  grade it on every save",
        "  grader hint group_norm_1d                    see the next hint",
    ]
    assert record.read(here) == {}
    assert "From now on" not in run("next")[1]


def test_next_goes_on_with_what_is_begun_and_then_to_what_is_open(run):
    Path("my file.py").touch()
    keep(**{FIRST: Standing(file="my file.py", points=4, max_points=13, tries=("a", "b"))})
    out = run("next")[1]
    assert "group_norm_1d  Group normalization of one position  [~] started       4  13      2" in out
    assert f"Continue with: {FIRST}, " in out
    assert f"grader check {FIRST} 'my file.py'  grade it" in out
    assert "grader start" not in out
    keep(**{FIRST: Standing(file="my file.py", points=13, max_points=13, tries=("a",) * 50, solved=True)})
    out = run("next")[1]
    assert "[x] solved      13  13  50 or more" in out
    assert f"Next: {SECOND}, " in out
    assert f"grader start {SECOND}" in out


def test_next_congratulates_at_the_end(run):
    keep(**{slug: Standing(solved=True) for slug in (FIRST, SECOND)})
    code, out, _ = run("next")
    assert code == 0
    assert out.endswith("\n\nCongratulations, you have solved the whole course. To compare: grader explain EXERCISE\n")


def test_next_says_when_the_file_is_gone(run):
    keep(**{FIRST: Standing(file="a\x1b.py", tries=("a",))})
    out = run("next")[1]
    assert "a\\x1b.py is missing; restore it or start again." in out
    assert f"grader start {FIRST} " in out
    assert f"grader check {FIRST} {FIRST}.py  grade it" in out


def test_next_sees_a_starter_that_was_there_before_the_record(run):
    Path(f"{FIRST}.py").touch()
    out = run("next")[1]
    assert "[~] started" in out
    assert "grader start" not in out


def test_next_leaves_what_is_no_record_alone(run):
    Path(NAME).write_text("my thesis", "utf-8")
    code, out, err = run("next")
    assert (code, out) == (2, "")
    assert err.startswith(f"{NAME} was not changed: it is not complete JSON. Move it away and run ")
    assert err.endswith("'grader next' to create a new one.\n")
    assert Path(NAME).read_text("utf-8") == "my thesis"


def unwritable(*_):
    raise OSError(30, "Read-only file system")


def test_next_does_without_a_record_where_none_can_be_written(run, monkeypatch):
    monkeypatch.setattr(Path, "replace", unwritable)
    code, out, err = run("next")
    assert code == 0
    assert f"Next: {FIRST}" in out
    assert "From now on" not in out
    assert err == f"Not recorded: {NAME} cannot be written: Read-only file system.\n"


def test_start_begins_a_record_beside_the_file(run, here):
    code, out, _ = run("start", FIRST, "new")
    assert code == 0
    assert f"grader watch {FIRST} new/{FIRST}.py" in out
    assert out.endswith(f"Your progress is recorded in new/{NAME}.\n")
    assert record.read(here / "new") == {FIRST: Standing(file=f"{FIRST}.py")}
    assert not Path(NAME).exists()
    assert "Your progress" not in run("start", SECOND, "new")[1]
    assert set(record.read(here / "new")) == {FIRST, SECOND}


def test_a_record_here_knows_what_was_started_elsewhere(run, verdicts):
    run("next")
    run("start", FIRST, "new")
    verdicts.append(report(5, "a"))
    run("check", FIRST, f"new/{FIRST}.py")
    out = run("next")[1]
    assert "[~] started       5  13      1" in out
    assert f"grader check {FIRST} new/{FIRST}.py  grade it" in out
    run("hint", FIRST)
    assert record.read(Path("new"))[FIRST].hints == 1
    assert "So far: 1 of 3 tries." in run("solution", FIRST)[2]


def test_a_starter_is_written_even_if_the_record_cannot_be(run, monkeypatch):
    monkeypatch.setattr(Path, "replace", unwritable)
    code, _, err = run("start", FIRST)
    assert code == 0
    assert Path(f"{FIRST}.py").read_text("utf-8") == EXERCISE.starter
    assert err == f"Not recorded: {NAME} cannot be written: Read-only file system.\n"


def test_check_records_the_best_try(run, verdicts):
    keep()
    verdicts += [report(5, "a"), report(3, "b"), report(3, "b"), report(13, "c", "right"), report(13, "d", "right")]
    assert [run("check", FIRST, "f.py")[0] for _ in range(3)] == [1, 1, 1]
    assert record.read(Path()) == {FIRST: Standing(file="f.py", points=5, max_points=13, tries=("a", "b"))}
    assert run("check", FIRST, "f.py")[1].endswith("\nSolved for the first time. Continue with: grader next\n")
    assert "Solved for the first time" not in run("check", FIRST, "f.py")[1]
    assert record.read(Path())[FIRST].solved


def test_check_records_here_what_has_no_record_beside_it(run, verdicts):
    keep()
    Path("drafts").mkdir()
    verdicts += [report(3, "a"), report(5, "b")]
    run("check", FIRST, "drafts/f.py")
    wanted = Standing(file=str(Path("drafts/f.py")), points=3, max_points=13, tries=("a",))
    assert record.read(Path()) == {FIRST: wanted}
    keep(Path("drafts"))
    run("check", FIRST, "drafts/f.py")
    assert record.read(Path()) == {FIRST: wanted}
    assert record.read(Path("drafts"))[FIRST].tries == ("b",)


def test_check_as_json_records_and_prints_one_object(run, verdicts):
    keep()
    verdicts.append(report(13, "a", "right"))
    code, out, err = run("check", FIRST, "f.py", "--format=json")
    assert (code, json.loads(out)["outcome"], err) == (0, "right", "")
    assert record.read(Path())[FIRST].solved


def test_check_litters_no_folder(run, verdicts, here):
    verdicts.append(report(13, "a", "right"))
    assert run("check", FIRST, "f.py")[0] == 0
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    "untried",
    [
        report(0, "a", "not_checked"),
        report(0, ""),  # the starter, or a file that could not be read
        report(13, "a", "right", seed=None),  # for grades
        replace(report(0, "a", "not_checked"), error=refused("grader", "ours"), fault=True),
    ],
)
def test_what_is_no_try_is_not_recorded(run, verdicts, untried):
    keep()
    verdicts.append(untried)
    run("check", FIRST, "f.py")
    assert record.read(Path()) == {}


def test_a_program_that_fails_as_a_whole_is_a_try(run, verdicts):
    keep()
    verdicts.append(replace(report(0, "a"), error=refused("syntax", "line 1")))
    run("check", FIRST, "f.py")
    assert record.read(Path())[FIRST].tries == ("a",)


@pytest.mark.parametrize("damage", ["unwritable", "none of ours"])
def test_a_record_that_fails_costs_a_line_and_no_verdict(run, verdicts, monkeypatch, damage):
    keep()
    if damage == "unwritable":
        monkeypatch.setattr(Path, "replace", unwritable)
    else:
        Path(NAME).write_text("{}", "utf-8")
    verdicts.append(report(13, "a", "right"))
    code, out, err = run("check", FIRST, "f.py")
    assert code == 0
    assert "All is right." in out
    assert err.startswith(f"Not recorded: {NAME} ")
    assert err.count("\n") == 1


def test_hints_go_one_step_further_each_time(run):
    keep()
    for number, text in enumerate(HINTS, start=1):
        code, out, err = run("hint", FIRST)
        assert (code, err) == (0, "")
        assert " ".join(out.split()).startswith(f"Hint {number} of {len(HINTS)}. {text}")
        assert out.endswith("That is the last hint.\n" if number == len(HINTS) else f"Next: grader hint {FIRST}\n")
    out = run("hint", FIRST)[1]
    assert f"Hint {len(HINTS)} of" in out
    assert out.endswith("That was the last hint again; there are no more.\n")
    assert record.read(Path())[FIRST].hints == len(HINTS)


def test_a_hint_by_its_number_skips_none(run):
    keep()
    assert "Hint 4 of" in run("hint", FIRST, "4")[1]
    assert "Hint 1 of" in run("hint", FIRST, "1")[1]
    assert "Hint 2 of" in run("hint", FIRST)[1]


def test_without_a_record_the_next_hint_is_named_by_its_number(run, here):
    for _ in range(2):
        out = run("hint", FIRST)[1]
        assert out.startswith("Hint 1 of")
        assert out.endswith(f"Next: grader hint {FIRST} 2\n")
    assert run("hint", FIRST, str(len(HINTS)))[1].endswith("That is the last hint.\n")
    assert not list(here.iterdir())


def test_a_hint_does_without_a_broken_record(run):
    Path(NAME).write_text("[]", "utf-8")
    code, out, err = run("hint", FIRST)
    assert code == 0
    assert out.startswith("Hint 1 of")
    assert err.startswith(f"Not recorded: {NAME} was not changed")


@pytest.mark.parametrize("number", ["0", "-1", "99"])
def test_there_is_no_such_hint(run, number):
    code, _, err = run("hint", FIRST, "--", number)
    assert code == 2
    assert f"{FIRST} has hints 1 to {len(HINTS)}; there is no hint {number}" in err


@pytest.mark.parametrize(
    ("standing", "state"),
    [
        (None, "this folder has no record of your tries ('grader next' creates one)"),
        (Standing(), "0 of 3 tries"),
        (Standing(file="f.py", tries=("a", "b"), points=12), "2 of 3 tries"),
    ],
)
def test_the_solution_is_not_shown_too_early(run, standing, state):
    if standing:
        keep(**{FIRST: standing})
    code, out, err = run("solution", FIRST)
    assert (code, out) == (2, "")
    assert err.splitlines()[:2] == [
        f"Not yet: the solution is shown once you have solved {FIRST}, or after 3 tries.",
        f"So far: {state}.",
    ]
    assert f"grader solution {FIRST} --anyway" in err
    assert run("solution", FIRST, "--anyway") == (0, EXERCISE.solution, "")


@pytest.mark.parametrize("standing", [Standing(solved=True, tries=("a",)), Standing(tries=("a", "b", "c"))])
def test_the_solution_opens(run, standing):
    keep(**{FIRST: standing})
    assert run("solution", FIRST) == (0, EXERCISE.solution, "")
    assert run("solution", SECOND)[0] == 2


def test_a_broken_record_opens_no_solution(run):
    Path(NAME).write_text("[]", "utf-8")
    code, _, err = run("solution", FIRST)
    assert code == 2
    assert "So far: grader-progress.json was not changed: it is not a record of the grader." in err


@pytest.mark.parametrize("arguments", [["hint"], ["solution"], ["watch", "f.py"]])
def test_an_unknown_exercise_is_misuse(run, arguments):
    code, _, err = run(arguments[0], "nope", *arguments[1:])
    assert code == 2
    assert "no exercise is called 'nope'; there are: group_norm_1d, " in " ".join(err.split())


def test_an_exercise_s_text_is_plain_and_no_markup(run, monkeypatch):
    spec = replace(EXERCISE.spec, title="[red]a\x1b[2J", hints=("[b]\x1b[2J",))
    hostile = replace(EXERCISE, spec=spec, solution="x = '\x1b[2J'\n")
    monkeypatch.setattr(learner, "loaded", lambda _: hostile)
    monkeypatch.setattr(learner, "chosen", lambda: [hostile])
    out = "".join(run(*command)[1] for command in (["next"], ["hint", FIRST], ["solution", FIRST, "--anyway"]))
    assert out.count("[red]a\\x1b[2J") == 2
    assert "[b]\\x1b[2J" in out
    assert "\x1b" not in out


def test_the_rule_is_told_with_its_number():
    assert learner.TRIES == 3


@pytest.mark.full
def test_from_the_starter_to_the_solution_in_real_processes(here):
    def grader(*arguments):
        command = [sys.executable, "-m", "grader", *arguments]
        return subprocess.run(command, cwd=here, capture_output=True, text=True, check=False, timeout=300)

    file = here / f"{FIRST}.py"
    assert grader("start", FIRST).returncode == 0
    assert grader("check", FIRST, file.name).returncode == 1
    assert record.read(here)[FIRST] == Standing(file=file.name)  # the starter is no try
    file.write_text(EXERCISE.solution, "utf-8")
    assert grader("check", FIRST, file.name, "--hidden").returncode == 0
    assert not record.read(here)[FIRST].solved
    done = grader("check", FIRST, file.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Solved for the first time" in done.stdout
    assert record.read(here)[FIRST].solved
    assert f"Next: {load_all()[0].slug}" in grader("next").stdout
    assert grader("solution", FIRST).returncode == 0
