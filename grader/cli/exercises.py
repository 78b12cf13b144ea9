"""The commands that show an exercise or copy its starter."""

from pathlib import Path

import click
from rich.markdown import Markdown
from rich.table import Column, Table
from rich.text import Text

from grader.cli import console
from grader.cli.common import TEXT_CAP
from grader.cli.course import chosen, exercises_option, loaded, suggested
from grader.cli.learner import note_start
from grader.text import plain


@click.command("list")
@exercises_option
def list_() -> None:
    """List the exercises in course order."""
    table = Table(Column("exercise", no_wrap=True), "what you write", "cases", "points", box=None, pad_edge=False)
    for exercise in chosen():
        cases = exercise.spec.cases
        table.add_row(exercise.slug, Text(exercise.spec.listed), str(len(cases)), f"{sum(c.points for c in cases):g}")
    console.show(table)


@click.command()
@exercises_option
@click.argument("exercise")
def show(exercise: str) -> None:
    """Show the statement of an exercise."""
    statement = plain(loaded(exercise).statement, TEXT_CAP)
    if console.terminal().is_terminal:
        console.show(Markdown(statement))
    else:
        console.write(statement.rstrip("\n"))


@click.command()
@exercises_option
@click.argument("exercise")
@click.argument("folder", type=Path, default=Path(), metavar="[DIR]")
def start(exercise: str, folder: Path) -> None:
    """Copy the starter of an exercise to DIR.

    DIR is the current folder by default. An existing file is never overwritten.
    """
    starter = loaded(exercise).starter
    target = folder / f"{exercise}.py"
    shown = plain(str(target), 200)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"cannot make the folder {plain(str(folder), 200)}: {reason}") from None
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(starter)
    except FileExistsError:
        raise click.UsageError(f"{shown} already exists and was not changed; name another folder") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise click.UsageError(f"{shown} cannot be written: {reason}") from None
    console.write(f"Wrote {shown}. Read the task with: {suggested('show', exercise)}")
    console.write(f"When it is filled in, check it with: {suggested('check', exercise, console.quoted(target))}")
    console.write(f"Or check it on every save with: {suggested('watch', exercise, console.quoted(target))}")
    note_start(exercise, target)
