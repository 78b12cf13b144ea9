"""The command that writes learners' notebooks."""

from pathlib import Path

import click

from exercises.loader import COURSE
from grader.cli_course import chosen, course, exercises_option
from grader.cli_export import install_option, written
from grader.notebook_writer import LANDING, landing, learners


@click.command()
@exercises_option
@click.argument("exercise", required=False)
@click.option("--all", "everything", is_flag=True, help="All exercises, and a notebook of the course with links.")
@click.option("--out", type=Path, default=Path(), metavar="DIR", help="Where they go.  [default: this folder]")
@install_option
def notebook(exercise: str | None, everything: bool, out: Path, install: str) -> int:
    """Writes a learner's notebook: the task, the starter, and a cell that checks it. Never overwrites."""
    if bool(exercise) == everything:
        raise click.UsageError("name an exercise, or say --all for all of them")
    found = chosen([exercise] if exercise else [])
    own = None if course() == COURSE else str(course())
    files = {f"{one.slug}.ipynb": learners(one, install, own) for one in found}
    if everything:
        files[f"{LANDING}.ipynb"] = landing(found)
    return written(out, files)
