"""The command that writes students' notebooks."""

from pathlib import Path

import click

from grader.cli.course import chosen, course, exercises_option
from grader.cli.export import install_option, write_new
from grader.course.loader import COURSE
from grader.export.notebook import LANDING, landing, learners


@click.command()
@exercises_option
@click.argument("exercise", required=False)
@click.option(
    "--all", "everything", is_flag=True, help="Write all exercises, and a course notebook with links to them."
)
@click.option("--out", type=Path, default=Path(), metavar="DIR", help="Folder to write to.  [default: this folder]")
@install_option
def notebook(exercise: str | None, everything: bool, out: Path, install: str) -> int:
    """Write an exercise as a notebook for students.

    The notebook holds the statement, the starter, and a cell that grades it. An existing file is never overwritten.
    """
    if bool(exercise) == everything:
        raise click.UsageError("name one exercise, or give --all for all of them")
    found = chosen([exercise] if exercise else [])
    own = None if course() == COURSE else str(course())
    files = {f"{one.slug}.ipynb": learners(one, install, own) for one in found}
    if everything:
        files[f"{LANDING}.ipynb"] = landing(found)
    return write_new(out, files)
