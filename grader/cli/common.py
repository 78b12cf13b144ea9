"""What commands share: options, the exit code of an outcome, and the command that grades a file."""

import math
from pathlib import Path

import click

from grader.cli import console
from grader.cli.course import suggested
from grader.cli.exits import FAILURE, RIGHT, WRONG
from grader.plan.draws import LARGEST_SEED
from grader.sandbox import choice

TEXT_CAP = 1_000_000  # characters of an exercise's text
EXIT_CODES = {"right": RIGHT, "wrong": WRONG, "not_checked": FAILURE}

seed_option = click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True, help="Seed for the random inputs."
)


def _finite(_context: click.Context, _parameter: click.Parameter, seconds: float | None) -> float | None:
    if seconds is not None and not math.isfinite(seconds):
        raise click.UsageError(f"--time-limit must be a number of seconds; got {seconds}")
    return seconds


time_limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(0.1, 3600),
    callback=_finite,
    help="Time limit in seconds.  [default: that of the exercise]",
)


def check_command(exercise: str, file: Path, *, runner: str, time_limit: float | None) -> str:
    """The command that grades a file, ready to paste, without its seed."""
    command = suggested("check", exercise, console.quoted(file))
    command += f" --time-limit {time_limit:g}" if time_limit else ""
    return command + (f" --runner {runner}" if runner != choice.DEFAULT else "")
