"""The command line. Exit codes: 0 right, 1 wrong, 2 misuse, 3 the grader's own failure, 130 stopped."""

import io
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.table import Table
from rich.text import Text

from exercises.loader import Loaded, UnknownExerciseError, load, load_all
from grader.author import prove
from grader.pipeline import check_file
from grader.report import Report, ReportError
from grader.reports import as_json, terminal
from grader.runners.fresh import FreshRunner, Limits
from grader.submission import NoSuchFileError
from grader.text import plain

RIGHT, WRONG, MISUSE, FAILURE, STOPPED = 0, 1, 2, 3, 130
EXIT_CODES = {"right": RIGHT, "wrong": WRONG, "not_checked": FAILURE}
RUNNERS = {"fresh": FreshRunner}
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
    try:
        return cli.main(args=list(arguments), prog_name="grader", standalone_mode=False) or RIGHT
    except click.ClickException as error:
        error.show()
        return MISUSE
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read the output has had enough
        return RIGHT
    except Exception as error:
        if os.environ.get("GRADER_DEBUG"):
            raise
        reason = plain(f"{type(error).__name__}: {error}", 500)
        click.echo(
            f"The grader itself failed: {reason}\nNo submission is at fault. GRADER_DEBUG=1 shows where.", err=True
        )
        return FAILURE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="groupnorm-jax")
def cli() -> None:
    """Learn to write group normalization in JAX and Flax. Begin with: grader demo, then grader list."""


@cli.command("list")
def list_() -> None:
    """The exercises, in the order of the course."""
    table = Table("exercise", "what you write", "cases", "points", box=None, pad_edge=False)
    for exercise in load_all():
        cases = exercise.spec.cases
        table.add_row(exercise.slug, exercise.spec.title, str(len(cases)), f"{sum(c.points for c in cases):g}")
    Console().print(table)


@cli.command()
@click.argument("exercise")
def show(exercise: str) -> None:
    """The statement of an exercise."""
    console = Console()
    statement = _loaded(exercise).statement
    if console.is_terminal:
        console.print(Markdown(statement))
    else:
        click.echo(statement, nl=False)


@cli.command()
@click.argument("exercise")
@click.argument("folder", type=Path, default=Path(), metavar="[DIR]")
def start(exercise: str, folder: Path) -> None:
    """Copies an exercise's starter to DIR (here by default). Never overwrites."""
    loaded = _loaded(exercise)
    target = folder / f"{exercise}.py"
    shown = plain(str(target), 200)
    try:
        if folder.exists() and not folder.is_dir():
            raise click.UsageError(f"{plain(str(folder), 200)} is a file; name a folder for the starter")
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(loaded.starter)
    except FileExistsError:
        raise click.UsageError(f"{shown} exists already and is left as it is; name another folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"{shown} cannot be written: {reason}") from None
    click.echo(f"Wrote {shown}. Read the task with: grader show {exercise}")
    click.echo(f"When you have filled it in: grader check {exercise} {shlex.quote(shown)}")


@cli.command()
@click.argument("exercise")
@click.argument("number", type=int, default=1, metavar="[N]")
def hint(exercise: str, number: int) -> None:
    """The Nth hint (the first by default)."""
    hints = _loaded(exercise).spec.hints
    if not 1 <= number <= len(hints):
        raise click.UsageError(f"{exercise} has hints 1 to {len(hints)}; there is no hint {number}")
    Console().print(Text(f"Hint {number} of {len(hints)}. {hints[number - 1]}"))
    if number < len(hints):
        click.echo(f"Next: grader hint {exercise} {number + 1}")


@cli.command()
@click.argument("exercise")
def solution(exercise: str) -> None:
    """The reference solution, commented step by step."""
    click.echo(_loaded(exercise).solution, nl=False)


@cli.command()
@click.argument("exercise")
@click.argument("file", type=Path)
@seed_option
@click.option("--json", "as_json_", is_flag=True, help="Print one JSON object.")
@click.option("--runner", type=click.Choice(list(RUNNERS)), default="fresh", show_default=True, help="Where FILE runs.")
@click.option("--time-limit", type=click.FloatRange(0.1, 3600), help="Seconds for FILE; by default the exercise's.")
def check(exercise: str, file: Path, seed: int, as_json_: bool, runner: str, time_limit: float | None) -> int:
    """Grades FILE. Exit code 0: right, 1: wrong, 2: misuse, 3: the grader failed."""
    try:
        loaded = _loaded(exercise)
        with _busy(f"grading {file.name} (some seconds: JAX starts and compiles)", quiet=as_json_):
            report = check_file(loaded, file, seed=seed, runner=RUNNERS[runner](Limits(seconds=time_limit)))
    except (NoSuchFileError, click.UsageError) as error:
        if not as_json_:
            raise click.UsageError(str(error)) from None
        click.echo(as_json.render(_misuse(exercise, seed, str(error))))
        return MISUSE
    if as_json_:
        click.echo(as_json.render(report))
    else:
        command = f"grader check {exercise} {shlex.quote(plain(str(file), 200))} --seed {seed}"
        terminal.render(report, Console(highlight=False), command=command)
    return EXIT_CODES[report.outcome]


@cli.command()
def demo() -> int:
    """Grades two bundled submissions: a right one, and one with eps outside the square root."""
    console, exercise = Console(highlight=False), load("group_norm_nd")
    expected = {"right.py": "right", "eps_outside.py": "wrong"}
    outcomes = {}
    for name in expected:
        with _busy(f"grading {name}", quiet=False):
            report = check_file(exercise, DEMO / name, seed=0, runner=FreshRunner())
        outcomes[name] = report.outcome
        terminal.render(report, console, command=f"grader check {exercise.slug} {shlex.quote(str(DEMO / name))}")
        console.print()
    console.print(Text("Now yours: grader list, grader show EX, grader start EX, grader check EX FILE."))
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
    console, failed = Console(highlight=False), 0
    for loaded in [_loaded(slug) for slug in exercises] or load_all():
        console.print(Text(f"{loaded.slug}, seed {seed}", style="bold"))
        for finding in prove(loaded, seed=seed, runner=FreshRunner(), jobs=jobs):
            failed += not finding.holds
            word = Text("ok    ", style="green") if finding.holds else Text("FAILS ", style="bold red")
            console.print(Text.assemble("  ", word, finding.what, f": {finding.detail}" if finding.detail else ""))
    console.print(Text(f"{failed} findings fail" if failed else "All proved."))
    return WRONG if failed else RIGHT


def _loaded(slug: str) -> Loaded:
    try:
        return load(slug)
    except UnknownExerciseError as error:
        raise click.UsageError(plain(str(error), 400)) from None


def _misuse(exercise: str, seed: int, message: str) -> Report:
    error = ReportError(kind="misuse", message=message)
    return Report(exercise=plain(exercise, 80), cases=(), seed=seed, seconds=0.0, error=error, fault=True)


def _busy(what: str, *, quiet: bool):  # noqa: ANN202 - a rich Status or a nullcontext
    """A spinner on standard error, where that is a terminal."""
    console = Console(stderr=True)
    return nullcontext() if quiet or not console.is_terminal else console.status(Text(what))
