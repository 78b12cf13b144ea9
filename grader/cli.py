"""The command line. Exit codes: 0 right, 1 wrong, 2 misuse, 3 the grader's own failure, 130 stopped."""

import io
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import click
from rich.markdown import Markdown
from rich.table import Column, Table
from rich.text import Text

from exercises.loader import load
from exercises.spec import UnavailableError
from grader import console
from grader import picture as drawing
from grader.cli_author import author
from grader.cli_batch import batch, merge
from grader.cli_common import (
    EXIT_CODES,
    LARGEST_SEED,
    check_command,
    time_limit_option,
)
from grader.cli_course import chosen, exercises_option, suggested
from grader.cli_course import loaded as _loaded
from grader.cli_explain import explain
from grader.cli_export import export
from grader.cli_format import asks_for_json, console_for, format_option, out_option, write
from grader.cli_learner import SOLVED, hint, next_, note_start, note_try, solution
from grader.cli_notebook import notebook
from grader.cli_report import report as report_
from grader.cli_wall import doctor, redteam, runner_option, short_of
from grader.cli_watch import watch
from grader.exits import FAILURE, MISUSE, RIGHT, STOPPED, StoppedError
from grader.pipeline import check_file
from grader.report import Report, ReportError
from grader.reports import as_json, one, terminal
from grader.reports.errors import FormatError
from grader.runners import Isolation, choice
from grader.runners.base import Limits
from grader.submission import NoSuchFileError
from grader.text import plain

DEMO = Path(__file__).with_name("demo")
LONGEST = 1_000_000  # characters of a statement or a solution


def run(arguments: Sequence[str]) -> int:
    """Runs one command; returns its exit code. No traceback reaches the user unless GRADER_DEBUG is set."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
    as_json_ = asks_for_json(arguments)
    try:
        return cli.main(args=list(arguments), prog_name="grader", standalone_mode=False) or RIGHT
    except click.ClickException as error:
        if as_json_:
            return _told("misuse", error.format_message(), MISUSE)
        error.show()
        return MISUSE
    except UnavailableError as error:
        return _told("misuse", str(error), MISUSE) if as_json_ else _said(f"Error: {error}", MISUSE)
    except (KeyboardInterrupt, click.Abort):
        return _told("stopped", "stopped", STOPPED) if as_json_ else _said("stopped", STOPPED)
    except StoppedError as stopped:
        return _told("stopped", "stopped", stopped.code) if as_json_ else _said("stopped", stopped.code)
    except Exception as error:
        if os.environ.get("GRADER_DEBUG"):
            raise
        reason = plain(f"{type(error).__name__}: {error}", 500)
        if as_json_:
            return _told("grader", reason, FAILURE)
        said = f"The grader itself failed: {reason}\nNo submission is at fault. GRADER_DEBUG=1 shows where."
        return _said(said, FAILURE)


def _stop(number: int, _: object) -> None:
    raise StoppedError(number)


def _said(text: str, code: int) -> int:
    click.echo(text, err=True)
    return code


def _told(kind: str, message: str, code: int) -> int:
    """One JSON object, whatever happened."""
    error = ReportError(kind=kind, message=plain(message, 1000))
    console.write(as_json.render(Report(exercise="", cases=(), seed=None, seconds=0.0, error=error, fault=True)))
    return code


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="groupnorm-jax")
def cli() -> None:
    """Learn to write group normalization in JAX and Flax. Begin with: grader demo, then grader next."""


for command in (
    next_,
    hint,
    solution,
    explain,
    watch,
    batch,
    merge,
    report_,
    export,
    notebook,
    doctor,
    redteam,
    author,
):
    cli.add_command(command)


@cli.command("list")
@exercises_option
def list_() -> None:
    """The exercises, in the order of the course."""
    table = Table(Column("exercise", no_wrap=True), "what you write", "cases", "points", box=None, pad_edge=False)
    for exercise in chosen():
        cases = exercise.spec.cases
        table.add_row(exercise.slug, Text(exercise.spec.listed), str(len(cases)), f"{sum(c.points for c in cases):g}")
    console.show(table)


@cli.command()
@exercises_option
@click.argument("exercise")
def show(exercise: str) -> None:
    """The statement of an exercise."""
    statement = plain(_loaded(exercise).statement, LONGEST)
    if console.terminal().is_terminal:
        console.show(Markdown(statement))
    else:
        console.write(statement.rstrip("\n"))


@cli.command()
@exercises_option
@click.argument("exercise")
@click.argument("folder", type=Path, default=Path(), metavar="[DIR]")
def start(exercise: str, folder: Path) -> None:
    """Copies an exercise's starter to DIR (here by default). Never overwrites."""
    loaded = _loaded(exercise)
    target = folder / f"{exercise}.py"
    shown = plain(str(target), 200)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"{plain(str(folder), 200)} is no folder for the starter: {reason}") from None
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(loaded.starter)
    except FileExistsError:
        raise click.UsageError(f"{shown} exists already and is left as it is; name another folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"{shown} cannot be written: {reason}") from None
    console.write(f"Wrote {shown}. Read the task with: {suggested('show', exercise)}")
    console.write(f"When you have filled it in: {suggested('check', exercise, console.quoted(target))}")
    console.write(f"Or while you write, on every save: {suggested('watch', exercise, console.quoted(target))}")
    note_start(exercise, target)


@cli.command()
@exercises_option
@click.argument("exercise")
@click.argument("file", type=Path)
@click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), help="Draws every input.  [default: 0; with --hidden a secret one]"
)
@click.option("--hidden", is_flag=True, help="For grades: a secret seed, told apart, and a report without values.")
@click.option("--picture", type=Path, metavar="PNG", help="Draw the error of the first wrong case.")
@format_option
@out_option
@runner_option
@click.option("--require", type=click.Choice(["partial", "strong"]), help="Run nothing where the isolation is less.")
@time_limit_option
def check(
    exercise: str,
    file: Path,
    seed: int | None,
    hidden: bool,
    picture: Path | None,
    name: str,
    out: Path | None,
    runner: str,
    require: str | None,
    time_limit: float | None,
) -> int:
    """Grades FILE. Exit code 0: right, 1: wrong, 2: misuse, 3: the grader failed."""
    if picture:
        if hidden:
            raise click.UsageError("--picture draws values, and --hidden shows none; leave one of them out")
        _can_draw(picture)
    loaded = _loaded(exercise)
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED + 1) if hidden else 0
    command = check_command(exercise, file, runner=runner, time_limit=time_limit)
    if hidden:  # before the run: whatever becomes of it, it can be repeated
        said = f"secret seed {seed}, for one report of one file. With all values: {command} --seed {seed}"
        click.echo(said, err=True)
    busy = f"grading {plain(file.name, 80)} (some seconds: JAX starts and compiles)"
    try:
        with console.busy(busy, quiet=name != "terminal"), choice.runner(runner, Limits(seconds=time_limit)) as walled:
            if require and short_of(walled.isolation, require):
                return _too_open(walled.isolation, require, as_json_=name == "json")
            report = check_file(loaded, file, seed=seed, runner=walled, hidden=hidden)
    except NoSuchFileError as error:
        raise click.UsageError(str(error)) from None
    again = command if hidden else f"{command} --seed {seed}"
    try:
        write(name, one.render(name, report, one.Where(console=console_for(out), file=str(file), command=again)), out)
    except FormatError as error:
        return _said(str(error), FAILURE)
    if picture:
        click.echo(_drawn(report, picture), err=True)
    if note_try(file, report) and name == "terminal":
        console.write(SOLVED.format(suggested("next")))
    return EXIT_CODES[report.outcome]


def _can_draw(path: Path) -> None:
    """Says before anything is run that a picture is not to be had."""
    shown = plain(str(path), 200)
    if path.suffix.lower() != ".png":
        raise click.UsageError(f"--picture writes a PNG: its name must end in .png, and {shown} does not")
    if not path.parent.is_dir() or path.is_dir():
        raise click.UsageError(f"--picture cannot write {shown}: name a file in a folder that is there")
    if not drawing.AVAILABLE:
        raise click.UsageError("--picture needs matplotlib: pip install 'groupnorm-jax[picture]'")


def _drawn(report: Report, path: Path) -> str:
    """Draws, and says what came of it."""
    shown = plain(str(path), 200)
    if report.error_map is None:
        why = "every case is right" if report.outcome == "right" else "no wrong case has values that may be shown"
        return f"No picture was drawn: {why}."
    try:
        drawing.save(report.error_map, path)
    except OSError as error:
        return f"No picture was drawn: {shown} cannot be written: {error.strerror or error}."
    return f'The error of "{report.error_map.case}" is drawn in {shown}.'


def _too_open(isolation: Isolation, require: str, *, as_json_: bool) -> int:
    """Says why nothing was run."""
    missing = ", ".join(isolation.missing)
    reason = f"--require {require}, but here the isolation level is {isolation.level}; not isolated: {missing}"
    if as_json_:
        return _told("isolation", reason, FAILURE)
    return _said(f"Not run: {reason}. 'grader doctor' says what to do.", FAILURE)


@cli.command()
def demo() -> int:
    """Grades two bundled submissions: a right one, and one with eps outside the square root."""
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
    console.write("Now yours: grader next says what to do, each time you ask.")
    return RIGHT if outcomes == expected else FAILURE
