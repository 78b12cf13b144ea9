"""What the commands share: exit codes, options, and the command that grades a file."""

import math
from pathlib import Path

import click

from grader import console
from grader.cli_course import suggested
from grader.exits import FAILURE, RIGHT, WRONG
from grader.runners import choice

EXIT_CODES = {"right": RIGHT, "wrong": WRONG, "not_checked": FAILURE}
LARGEST_SEED = 2**31 - 1  # what PRNGKey takes everywhere, and what a float holds exactly

seed_option = click.option(
    "--seed", type=click.IntRange(0, LARGEST_SEED), default=0, show_default=True, help="Draws every input."
)


def _finite(_context: click.Context, _parameter: click.Parameter, seconds: float | None) -> float | None:
    if seconds is not None and not math.isfinite(seconds):
        raise click.UsageError(f"--time-limit must be a number of seconds, not {seconds}")
    return seconds


time_limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(0.1, 3600),
    callback=_finite,
    help="Seconds for FILE; by default the exercise's.",
)


def check_command(exercise: str, file: Path, *, runner: str, time_limit: float | None) -> str:
    """The command that grades a file, as it can be pasted; without a seed."""
    command = suggested("check", exercise, console.quoted(file))
    command += f" --time-limit {time_limit:g}" if time_limit else ""
    return command + (f" --runner {runner}" if runner != choice.DEFAULT else "")
