"""The command line. Exit codes: 0 right, 1 wrong, 2 misuse, 3 the grader's own failure, 130 stopped."""

import io
import math
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

from exercises.loader import Loaded, UnknownExerciseError, load, load_all
from grader import console
from grader import picture as drawing
from grader.author import prove
from grader.cli_batch import batch, merge
from grader.cli_explain import explain
from grader.cli_wall import doctor, redteam, runner_option, short_of
from grader.exits import FAILURE, MISUSE, RIGHT, STOPPED, WRONG, StoppedError
from grader.pipeline import check_file
from grader.progress import Progress
from grader.report import Report, ReportError
from grader.reports import as_json, kill_matrix, terminal
from grader.runners import Isolation, choice
from grader.runners.base import Limits
from grader.submission import NoSuchFileError
from grader.survey import survey
from grader.text import plain

EXIT_CODES = {"right": RIGHT, "wrong": WRONG, "not_checked": FAILURE}
LARGEST_SEED = 2**31 - 1  # what PRNGKey takes everywhere, and what a float holds exactly
DEMO = Path(__file__).with_name("demo")

seed_option = click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True, help="Draws every input."
)


def run(arguments: Sequence[str]) -> int:
    """Runs one command; returns its exit code. No traceback reaches the user unless GRADER_DEBUG is set."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
    as_json_ = list(arguments[:1]) == ["check"] and "--json" in arguments
    try:
        return cli.main(args=list(arguments), prog_name="grader", standalone_mode=False) or RIGHT
    except click.ClickException as error:
        if as_json_:
            return _told("misuse", error.format_message(), MISUSE)
        error.show()
        return MISUSE
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
    """Learn to write group normalization in JAX and Flax. Begin with: grader demo, then grader list."""


for command in (doctor, redteam, explain, batch, merge):
    cli.add_command(command)


@cli.command("list")
def list_() -> None:
    """The exercises, in the order of the course."""
    table = Table(Column("exercise", no_wrap=True), "what you write", "cases", "points", box=None, pad_edge=False)
    for exercise in load_all():
        cases = exercise.spec.cases
        table.add_row(exercise.slug, exercise.spec.title, str(len(cases)), f"{sum(c.points for c in cases):g}")
    console.show(table)


@cli.command()
@click.argument("exercise")
def show(exercise: str) -> None:
    """The statement of an exercise."""
    statement = _loaded(exercise).statement
    if console.terminal().is_terminal:
        console.show(Markdown(statement))
    else:
        console.write(statement.rstrip("\n"))


@cli.command()
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
    console.write(f"Wrote {shown}. Read the task with: grader show {exercise}")
    console.write(f"When you have filled it in: grader check {exercise} {console.quoted(target)}")


@cli.command()
@click.argument("exercise")
@click.argument("number", type=int, default=1, metavar="[N]")
def hint(exercise: str, number: int) -> None:
    """The Nth hint (the first by default)."""
    hints = _loaded(exercise).spec.hints
    if not 1 <= number <= len(hints):
        raise click.UsageError(f"{exercise} has hints 1 to {len(hints)}; there is no hint {number}")
    console.show(Text(f"Hint {number} of {len(hints)}. {hints[number - 1]}"))
    if number < len(hints):
        console.write(f"Next: grader hint {exercise} {number + 1}")


@cli.command()
@click.argument("exercise")
def solution(exercise: str) -> None:
    """The reference solution, commented step by step."""
    console.write(_loaded(exercise).solution.rstrip("\n"))


@cli.command()
@click.argument("exercise")
@click.argument("file", type=Path)
@click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), help="Draws every input.  [default: 0; with --hidden a secret one]"
)
@click.option("--hidden", is_flag=True, help="For grades: a secret seed, told apart, and a report without values.")
@click.option("--picture", type=Path, metavar="PNG", help="Draw the error of the first wrong case.")
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object.")
@runner_option
@click.option("--require", type=click.Choice(["partial", "strong"]), help="Run nothing where the isolation is less.")
@click.option("--time-limit", type=click.FloatRange(0.1, 3600), help="Seconds for FILE; by default the exercise's.")
def check(
    exercise: str,
    file: Path,
    seed: int | None,
    hidden: bool,
    picture: Path | None,
    as_json_: bool,
    runner: str,
    require: str | None,
    time_limit: float | None,
) -> int:
    """Grades FILE. Exit code 0: right, 1: wrong, 2: misuse, 3: the grader failed."""
    if time_limit is not None and not math.isfinite(time_limit):
        raise click.UsageError(f"--time-limit must be a number of seconds, not {time_limit}")
    if picture:
        if hidden:
            raise click.UsageError("--picture draws values, and --hidden shows none; leave one of them out")
        _can_draw(picture)
    loaded = _loaded(exercise)
    if seed is None:
        seed = secrets.randbelow(LARGEST_SEED + 1) if hidden else 0
    command = f"grader check {exercise} {console.quoted(file)}"
    command += f" --time-limit {time_limit:g}" if time_limit else ""
    command += f" --runner {runner}" if runner != choice.DEFAULT else ""
    if hidden:  # before the run: whatever becomes of it, it can be repeated
        said = f"secret seed {seed}, for one report of one file. With all values: {command} --seed {seed}"
        click.echo(said, err=True)
    busy = f"grading {plain(file.name, 80)} (some seconds: JAX starts and compiles)"
    try:
        with console.busy(busy, quiet=as_json_), choice.runner(runner, Limits(seconds=time_limit)) as walled:
            if require and short_of(walled.isolation, require):
                return _too_open(walled.isolation, require, as_json_=as_json_)
            report = check_file(loaded, file, seed=seed, runner=walled, hidden=hidden)
    except NoSuchFileError as error:
        raise click.UsageError(str(error)) from None
    if as_json_:
        console.write(as_json.render(report))
    else:
        again = command if hidden else f"{command} --seed {seed}"
        console.write(terminal.render(report, console.terminal(), command=again))
    if picture:
        click.echo(_drawn(report, picture), err=True)
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
    console.write("Now yours: grader list, grader show EX, grader start EX, grader check EX FILE.")
    return RIGHT if outcomes == expected else FAILURE


@cli.group()
def author() -> None:
    """For those who write exercises."""


@author.command("check")
@click.argument("exercises", nargs=-1)
@seed_option
@click.option(
    "--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, show_default=True, help="Programs run at a time."
)
def author_check(exercises: tuple[str, ...], seed: int, jobs: int) -> int:
    """Proves EXERCISES (all by default): starter, solution, signatures, misconceptions, right variants."""
    failed = 0
    chosen = [_loaded(slug) for slug in exercises] or load_all()
    with choice.runner() as runner:
        for loaded in chosen:
            console.show(Text(f"{loaded.slug}, seed {seed}", style="bold"))
            matrix = kill_matrix.Matrix([case.name for case in loaded.spec.cases])
            for finding in prove(loaded, seed=seed, runner=runner, jobs=jobs):
                failed += not finding.holds
                if finding.row:
                    console.write("\n".join(matrix.lines(finding.row)))
                if not finding.row or not finding.holds:
                    word = Text("ok    ", style="green") if finding.holds else Text("FAILS ", style="bold red")
                    told = Text.assemble("  ", word, finding.what, f": {finding.detail}" if finding.detail else "")
                    console.show(told)
    console.write(f"{failed} findings fail" if failed else "All proved.")
    return WRONG if failed else RIGHT


@author.command("survey")
@click.argument("exercises", nargs=-1)
@click.option("--seeds", type=click.IntRange(1), default=200, show_default=True, help="How many, from --seed on.")
@seed_option
def author_survey(exercises: tuple[str, ...], seeds: int, seed: int) -> int:
    """The kill matrix at the worst of many seeds, for EXERCISES (all by default). Takes minutes."""
    failed = 0
    for loaded in [_loaded(slug) for slug in exercises] or load_all():
        console.show(Text(f"{loaded.slug}, seeds {seed} to {seed + seeds - 1}", style="bold"))
        matrix, found = kill_matrix.Matrix([case.name for case in loaded.spec.cases]), []
        with Progress(f"surveying {loaded.slug}") as progress:
            for worst in survey(loaded, range(seed, seed + seeds), progress.at):
                found.append(worst)
                progress.write("\n".join(kill_matrix.surveyed(matrix, worst)))
        console.write(kill_matrix.summary(found, seeds))
        failed += sum(worst.failures > 0 for worst in found)
    return WRONG if failed else RIGHT


def _loaded(slug: str) -> Loaded:
    try:
        return load(slug)
    except UnknownExerciseError as error:
        raise click.UsageError(plain(str(error), 400)) from None
