"""What ``grader author new`` writes, and a teacher's own folder of exercises, through the real entry point."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sampled import first, first_rows

from grader.course.loader import COURSE, FILES, load

GRADER = str(Path(sys.executable).with_name("grader"))
TEMPLATE = COURSE / "_template"
WRONG = """\
from flax import linen as nn


class ScaleShift(nn.Module):
    start: float = 1.0

    @nn.compact
    def __call__(self, x):
        gamma = self.param("gamma", nn.initializers.constant(self.start), (x.shape[-1],))
        beta = self.param("beta", nn.initializers.zeros, (x.shape[-1],))
        return gamma * (x + beta)
"""


def command(folder, *arguments, **environment):
    environment = {**os.environ, "COLUMNS": "1000", **environment}
    return subprocess.run(
        [GRADER, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=folder, env=environment
    )


@pytest.fixture
def own(tmp_path):
    """A folder that holds one exercise, fresh from the template, as own/mine."""
    done = command(tmp_path, "author", "new", "mine", "--exercises", "own")
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "own"


def changed(own, old, new, name="cases.py"):
    path = own / "mine" / name
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_new_writes_the_template_and_says_what_comes_next(own):
    assert {p.name for p in (own / "mine").iterdir()} == set(FILES)
    for name in FILES:
        assert (own / "mine" / name).read_bytes() == (TEMPLATE / name).read_bytes()
    done = command(own.parent, "author", "new", "another", "--exercises", "own")
    assert done.stdout.startswith("Wrote own/another: statement.md, starter.py, solution.py, cases.py.")
    assert "grader author check another --exercises own\n" in done.stdout


@pytest.mark.full
def test_it_is_proved_as_it_is(own):
    done = command(own.parent, "author", "check", "mine", "--exercises", "own")
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"\nmine: all 14 claims hold, \d+\.\d s\n$", done.stdout)
    exercise = load("mine", own)
    spec = exercise.spec
    assert (len(spec.cases), len(spec.misconceptions), len(spec.right_variants), len(spec.hints)) == (3, 1, 1, 2)


@pytest.mark.full
def test_new_never_overwrites(own):
    changed(own, "ScaleShift", "Changed", "statement.md")
    done = command(own.parent, "author", "new", "mine", "--exercises", "own")
    assert done.returncode == 2
    assert "own/mine already exists and was not changed; choose another name" in done.stderr
    assert "Changed" in (own / "mine" / "statement.md").read_text("utf-8")


@pytest.mark.full
@pytest.mark.parametrize("slug", first(["../mine", "Mine", "my-own", "class", "_mine", "", "1st", "a\x1b[2J"]))
def test_names_that_new_refuses(tmp_path, slug):
    done = command(tmp_path, "author", "new", "--exercises", "own", "--", slug)
    assert done.returncode == 2
    assert "SLUG is the name of a folder and a module: in lower-case letters" in done.stderr
    assert "\x1b" not in done.stderr
    assert not (tmp_path / "own").exists()


@pytest.mark.full
def test_new_hides_no_module(own):
    (own / "helpers.py").write_text("", "utf-8")
    done = command(own.parent, "author", "new", "helpers", "--exercises", "own")
    assert done.returncode == 2
    assert "own/helpers would hide the module own/helpers.py; choose another name" in done.stderr


def test_new_refuses_to_write_among_installed_packages(monkeypatch, tmp_path, capsys):
    from grader.cli import author, main

    monkeypatch.delenv("GRADER_EXERCISES", raising=False)
    monkeypatch.setattr(author, "COURSE", tmp_path / "site-packages" / "exercises")
    monkeypatch.setattr("grader.cli.course.COURSE", author.COURSE)
    assert main.run(["author", "new", "mine"]) == 2
    assert "name a folder of your own with --exercises DIR" in " ".join(capsys.readouterr().err.split())
    assert not any(tmp_path.iterdir())


@pytest.mark.full
def test_a_learner_s_commands_read_the_folder_and_name_it_again(own):
    at = ("--exercises", "own")
    assert command(own.parent, "list", *at).stdout.splitlines()[1].split()[0] == "mine"
    assert command(own.parent, "show", "mine", *at).stdout == load("mine", own).statement
    assert command(own.parent, "solution", "mine", "--anyway", *at).stdout == load("mine", own).solution
    assert "Next: grader hint mine 2 --exercises own\n" in command(own.parent, "hint", "mine", *at).stdout
    done = command(own.parent, "start", "mine", "work", *at)
    assert "grader show mine --exercises own\n" in done.stdout
    assert "grader check mine work/mine.py --exercises own\n" in done.stdout
    (own.parent / "s.py").write_text(WRONG, "utf-8")
    done = command(own.parent, "check", "mine", "s.py", *at, "--seed", "3")
    assert (done.returncode, done.stderr) == (1, "")
    assert "The mistake: beta is added before the scaling." in done.stdout
    assert "Line 11 is the first whose values are wrong:" in done.stdout
    assert done.stdout.endswith("\n  grader check mine s.py --exercises own --seed 3\n")


@pytest.mark.full
def test_the_environment_names_the_folder_too_and_the_option_comes_first(own):
    done = command(own.parent, "list", GRADER_EXERCISES="own")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["mine"]
    done = command(own.parent, "list", "--exercises", str(COURSE), GRADER_EXERCISES="own")
    assert done.stdout.splitlines()[1].startswith("moments")
    done = command(own.parent, "list", GRADER_EXERCISES="nowhere")
    assert done.returncode == 2
    assert "GRADER_EXERCISES=nowhere is not a folder; create it with a first exercise: grader author new" in done.stderr
    assert command(own.parent, "list", GRADER_EXERCISES="").stdout.splitlines()[1].startswith("moments")


@pytest.mark.full
def test_folders_that_hold_no_exercises(own):
    (own.parent / "empty").mkdir()
    for folder, said in (
        ("nowhere", "--exercises nowhere is not a folder; create it with a first exercise: grader author new SLUG"),
        ("empty", "--exercises empty contains no exercise (a folder with a cases.py); create one: grader author new"),
        ("own/mine", "--exercises own/mine is itself an exercise; name the folder that contains it"),
        ("", "--exercises is empty; name a folder of exercises"),
    ):
        for arguments in (["list"], ["show", "mine"], ["check", "mine", "s.py"], ["author", "check"]):
            done = command(own.parent, *arguments, "--exercises", folder)
            assert (done.returncode, done.stdout) == (2, ""), (folder, arguments)
            assert said in " ".join(done.stderr.split())
    done = command(own.parent, "check", "mine", "s.py", "--format=json", "--exercises", "nowhere")
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["message"].startswith("--exercises nowhere is not a folder")


@pytest.mark.full
@pytest.mark.parametrize(
    ("old", "new", "said"),
    first_rows(
        [
            ('name="shifted_first",', 'name="shifted_first"', "mine/cases.py, line {line}, raised SyntaxError: "),
            ('title="Scale and shift of each channel",', "", "mine/cases.py, line {line}, raised TypeError: "),
            ('"start": 0.5', '"begin": 0.5', "mine/cases.py: case 'parameters' gives 'begin', which is not one of"),
        ]
    ),
)
def test_what_is_wrong_in_cases_is_said_with_its_line(own, old, new, said):
    text = (own / "mine" / "cases.py").read_text("utf-8")
    line = text[: text.index(old)].count("\n") + 1
    changed(own, old, new)
    at = (line - 1, line) if "title" in old else (line, line + 1)
    for arguments in (["check", "mine", "s.py"], ["author", "check"], ["author", "matrix", "mine"], ["list"]):
        done = command(own.parent, *arguments, "--exercises", "own")
        assert (done.returncode, done.stdout) == (2, "")
        assert any(done.stderr.startswith(f"Error: {said.format(line=number)}") for number in at), done.stderr
        assert "'grader author guide' describes the format of an exercise." in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.full
def test_all_malformed_exercises_are_told_at_once(own):
    command(own.parent, "author", "new", "other", "--exercises", "own")
    for slug in ("mine", "other"):
        (own / slug / "starter.py").unlink()
    done = command(own.parent, "list", "--exercises", "own")
    assert done.returncode == 2
    assert "mine must hold statement.md" in done.stderr
    assert "other must hold statement.md" in done.stderr
    assert command(own.parent, "show", "nope", "--exercises", "own").stderr.endswith("there are: mine, other\n")


@pytest.mark.full
def test_what_an_exercise_s_code_raises_later_is_a_finding_with_its_line(own):
    changed(own, 'return arrays["gamma"] * (', 'return arrays["gama"] * (')
    line = (own / "mine" / "cases.py").read_text("utf-8").split('"gama"')[0].count("\n") + 1
    done = command(own.parent, "author", "matrix", "mine", "--exercises", "own")
    assert done.returncode == 1
    said = f"FAILS misconception shifted_first is caught: mine/cases.py, line {line}, raised KeyError: 'gama'"
    assert said in done.stdout
    assert "mine: 1 of 8 claims FAIL" in done.stdout


@pytest.mark.full
def test_hostile_text_of_an_exercise_reaches_no_terminal(own):
    changed(own, "# Scale", "# \x1b[2JScale", "statement.md")
    changed(own, "from flax", "# \x1b[2J\nfrom flax", "solution.py")
    changed(own, '"Parameters are made', '"\\x1b[2J[red]Parameters are made')
    changed(own, 'title="Scale', 'title="[red]Scale')
    for arguments, said in (
        (["show", "mine"], "# \\x1b[2JScale"),
        (["solution", "mine", "--anyway"], "# \\x1b[2J\n"),
        (["hint", "mine"], "\\x1b[2J[red]Parameters"),
        (["list"], "[red]Scale"),
    ):
        done = command(own.parent, *arguments, "--exercises", "own")
        assert done.returncode == 0
        assert said in done.stdout
        assert "\x1b" not in done.stdout


def test_every_command_that_names_exercises_takes_the_folder():
    from grader.cli.author import author
    from grader.cli.main import cli

    commands = {**cli.commands, **author.commands}
    names = {name: {parameter.name for parameter in command.params} for name, command in commands.items()}
    naming = {name for name, found in names.items() if found & {"exercise", "exercises", "slug"}} | {"list"}
    assert {"show", "start", "hint", "solution", "check", "matrix", "survey", "new"} < naming
    assert [name for name in sorted(naming) if "course" not in names[name]] == []
