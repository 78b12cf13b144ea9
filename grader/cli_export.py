"""The commands that write what a teacher hands out."""

from collections.abc import Mapping
from pathlib import Path

import click

from grader import console
from grader.cli_course import course, exercises_option, loaded
from grader.cli_format import deliver
from grader.exits import RIGHT
from grader.export import github as for_github
from grader.export import gradescope as for_gradescope
from grader.export import student as for_students
from grader.text import plain

INSTALL = "groupnorm-jax"

install_option = click.option(
    "--install", metavar="WHAT", default=INSTALL, show_default=True,
    help="What pip installs the grader from: a requirement, or a wheel's or repository's address.",
)  # fmt: skip


@click.group()
def export() -> None:
    """Writes what you hand out: an autograder for Gradescope, a workflow for GitHub, a learner's folder."""


@export.command()
@exercises_option
@click.argument("exercise")
@click.option("--out", type=Path, default=Path("autograder.zip"), show_default=True, metavar="FILE")
def gradescope(exercise: str, out: Path) -> int:
    """An autograder.zip: upload it under Configure Autograder. It grades on secret seeds, behind the wall."""
    deliver(for_gradescope.autograder(loaded(exercise), course()), out)
    console.write(f"Wrote {console.quoted(out)}. The container with 768 MB and half a CPU will do.")
    return RIGHT


@export.command()
@exercises_option
@click.argument("exercise")
@click.option("--out", type=Path, default=Path(), metavar="DIR", help="The repository.  [default: this folder]")
@click.option("--file", metavar="PATH", help="The submission in the repository.  [default: EXERCISE.py]")
@install_option
def github(exercise: str, out: Path, file: str | None, install: str) -> int:
    """A workflow for GitHub Actions, which grades on every push. It is feedback: its inputs are no secret."""
    found = loaded(exercise)
    text = for_github.workflow(found, file=file or f"{exercise}.py", install=install)
    return written(out, {f".github/workflows/{exercise}.yml": text})


@export.command()
@exercises_option
@click.argument("exercise")
@click.option("--out", type=Path, metavar="DIR", help="The folder.  [default: one called EXERCISE]")
@install_option
def student(exercise: str, out: Path | None, install: str) -> int:
    """A learner's folder: the statement, the starter, and how to have it graded."""
    return written(out or Path(exercise), for_students.folder(loaded(exercise), install))


def written(folder: Path, files: Mapping[str, str]) -> int:
    """Writes files that are not there yet; none, if one of them is."""
    targets = {folder / name: text for name, text in files.items()}
    there = [path for path in targets if path.exists()]
    if there:
        shown = plain(str(there[0]), 200)
        raise click.UsageError(f"{shown} exists already and is left as it is; name another folder with --out")
    for path, text in targets.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a valid path"
            raise click.UsageError(f"{plain(str(path), 200)} cannot be written: {reason}") from None
        console.write(f"Wrote {console.quoted(path)}")
    return RIGHT
