"""The commands that grade one file: ``check``, and ``demo`` with two bundled submissions."""

import secrets
from pathlib import Path

import click

from grader.cli import console
from grader.cli.common import EXIT_CODES, check_command, time_limit_option
from grader.cli.course import exercises_option, loaded, suggested
from grader.cli.exits import FAILURE, RIGHT
from grader.cli.format import console_for, format_option, out_option, write, write_failure
from grader.cli.learner import SOLVED, note_try
from grader.cli.sandbox import is_weaker, runner_option
from grader.course.loader import load
from grader.pipeline import check_file
from grader.plan.draws import LARGEST_SEED
from grader.report import Report
from grader.reports import one, picture, terminal
from grader.reports.errors import FormatError
from grader.sandbox import choice
from grader.sandbox.base import Isolation, Limits
from grader.submission.reading import NoSuchFileError
from grader.text import plain

DEMO = Path(__file__).with_name("demo")


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("file", type=Path)
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST_SEED),
    help="Seed for the random inputs.  [default: 0; a secret one with --hidden]",
)
@click.option("--hidden", is_flag=True, help="For grades: show no values, and use a secret seed, printed to stderr.")
@click.option(
    "--picture", "png", type=Path, metavar="PNG", help="Write a picture of the errors of the first wrong case to PNG."
)
@format_option
@out_option
@runner_option
@click.option(
    "--require", type=click.Choice(["partial", "strong"]), help="Run nothing if the isolation is weaker than this."
)
@time_limit_option
def check(
    exercise: str,
    file: Path,
    seed: int | None,
    hidden: bool,
    png: Path | None,
    name: str,
    out: Path | None,
    runner: str,
    require: str | None,
    time_limit: float | None,
) -> int:
    """Grade FILE, a solution of EXERCISE.

    The exit code is 0 if the solution is right, 1 if it is wrong, 2 if the command was misused, and 3 if the grader
    itself failed.
    """
    if png:
        if hidden:
            raise click.UsageError("--picture draws values and --hidden shows none; leave one of them out")
        _must_be_drawable(png)
    task = loaded(exercise)
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED + 1) if hidden else 0
    command = check_command(exercise, file, runner=runner, time_limit=time_limit)
    if hidden:  # printed before the run, so that even a run that fails can be reproduced
        console.tell(f"secret seed {seed}, used once. Reproduce with all values: {command} --seed {seed}")
    busy = f"grading {plain(file.name, 80)} (JAX takes a few seconds to start and compile)"
    try:
        with console.busy(busy, quiet=name != "terminal"), choice.runner(runner, Limits(seconds=time_limit)) as opened:
            if require and is_weaker(opened.isolation, require):
                return _refuse(opened.isolation, require, as_json=name == "json")
            report = check_file(task, file, seed=seed, runner=opened, hidden=hidden)
    except NoSuchFileError as error:
        raise click.UsageError(str(error)) from None
    again = command if hidden else f"{command} --seed {seed}"
    try:
        write(name, one.render(name, report, one.Where(console=console_for(out), file=str(file), command=again)), out)
    except FormatError as error:
        console.tell(str(error))
        return FAILURE
    if png:
        console.tell(_draw(report, png))
    if note_try(file, report) and name == "terminal":
        console.write(SOLVED.format(suggested("next")))
    return EXIT_CODES[report.outcome]


def _must_be_drawable(path: Path) -> None:
    """Refuses before the run, if the picture could not be drawn after it."""
    shown = plain(str(path), 200)
    if path.suffix.lower() != ".png":
        raise click.UsageError(f"--picture writes a PNG file; {shown} does not end in .png")
    if not path.parent.is_dir() or path.is_dir():
        raise click.UsageError(f"--picture cannot write {shown}; name a file in an existing folder")
    if not picture.AVAILABLE:
        raise click.UsageError("--picture needs matplotlib: pip install 'groupnorm-jax[picture]'")


def _draw(report: Report, path: Path) -> str:
    """Draws the picture; returns a sentence on the result."""
    shown = plain(str(path), 200)
    if report.error_map is None:
        why = "every case is right" if report.outcome == "right" else "no wrong case has values that may be shown"
        return f"No picture was drawn: {why}."
    try:
        picture.save(report.error_map, path)
    except OSError as error:
        return f"No picture was drawn: {shown} cannot be written: {error.strerror or error}."
    return f'The error of "{report.error_map.case}" is drawn in {shown}.'


def _refuse(isolation: Isolation, require: str, *, as_json: bool) -> int:
    missing = ", ".join(isolation.missing)
    reason = f"--require {require}, but the isolation level here is {isolation.level}; not isolated: {missing}"
    message = reason if as_json else f"Not run: {reason}. 'grader doctor' says how to fix it."
    return write_failure("isolation", message, FAILURE, as_json=as_json)


@click.command()
def demo() -> int:
    """Grade two bundled submissions, a right one and a wrong one.

    In the wrong one, eps stands outside the square root.
    """
    exercise = load("group_norm_nd")
    expected = {"right.py": "right", "eps_outside.py": "wrong"}
    outcomes = {}
    with choice.runner() as runner:
        for name in expected:
            with console.busy(f"grading {name}", quiet=False):
                report = check_file(exercise, DEMO / name, seed=0, runner=runner)
            outcomes[name] = report.outcome
            command = f"grader check {exercise.slug} {console.quoted(DEMO / name)}"
            console.write(terminal.render(report, console.terminal(), command=command) + "\n")
    console.write("Your turn: 'grader next' says what to do, each time you ask.")
    return RIGHT if outcomes == expected else FAILURE
